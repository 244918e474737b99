//! How each digit is written, as strokes in a square: x to the right, y down, both from 0 to 1.

/// A place in the square.
pub(super) type Point = [f32; 2];

/// One movement of the pen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stroke {
    /// Straight from point to point.
    Lines(&'static [Point]),
    /// A part of an ellipse, from one angle to another in degrees: 0 is to the right, 90 down.
    Arc { centre: Point, radii: [f32; 2], from: f32, to: f32 },
    /// A chain of cubic Bézier curves: a start, then two control points and an end for each.
    Curve(&'static [Point]),
}

use Stroke::{Arc, Curve, Lines};

/// The ways of writing each digit.
pub(super) const DIGITS: [&[&[Stroke]]; 10] = [
    &[
        &[Arc { centre: [0.5, 0.5], radii: [0.25, 0.39], from: -100.0, to: 265.0 }],
        &[Arc { centre: [0.5, 0.5], radii: [0.21, 0.38], from: -70.0, to: 285.0 }],
        &[Curve(&[
            [0.56, 0.12],
            [0.28, 0.08],
            [0.18, 0.45],
            [0.26, 0.7],
            [0.34, 0.96],
            [0.64, 0.93],
            [0.73, 0.66],
            [0.8, 0.42],
            [0.72, 0.12],
            [0.47, 0.13],
        ])],
    ],
    &[
        &[Lines(&[[0.5, 0.1], [0.5, 0.9]])],
        &[Lines(&[[0.35, 0.27], [0.53, 0.1], [0.53, 0.9]])],
        &[Lines(&[[0.35, 0.27], [0.53, 0.1], [0.53, 0.9]]), Lines(&[[0.34, 0.9], [0.71, 0.9]])],
    ],
    &[
        &[
            Curve(&[[0.25, 0.3], [0.26, 0.04], [0.74, 0.03], [0.73, 0.32], [0.72, 0.52], [0.4, 0.7], [0.24, 0.89]]),
            Lines(&[[0.24, 0.89], [0.77, 0.89]]),
        ],
        &[Curve(&[
            [0.26, 0.27],
            [0.3, 0.05],
            [0.72, 0.06],
            [0.7, 0.34],
            [0.68, 0.58],
            [0.4, 0.88],
            [0.28, 0.86],
            [0.16, 0.82],
            [0.3, 0.64],
            [0.44, 0.76],
            [0.58, 0.88],
            [0.66, 0.92],
            [0.79, 0.83],
        ])],
    ],
    &[
        &[
            Arc { centre: [0.47, 0.3], radii: [0.23, 0.2], from: -155.0, to: 90.0 },
            Arc { centre: [0.47, 0.7], radii: [0.27, 0.2], from: -90.0, to: 155.0 },
        ],
        &[
            Lines(&[[0.27, 0.12], [0.71, 0.12], [0.46, 0.42]]),
            Arc { centre: [0.46, 0.65], radii: [0.27, 0.23], from: -90.0, to: 150.0 },
        ],
        &[Curve(&[
            [0.28, 0.2],
            [0.4, 0.06],
            [0.74, 0.08],
            [0.69, 0.3],
            [0.66, 0.44],
            [0.52, 0.47],
            [0.41, 0.47],
            [0.6, 0.46],
            [0.77, 0.56],
            [0.72, 0.73],
            [0.66, 0.93],
            [0.36, 0.94],
            [0.24, 0.81],
        ])],
    ],
    &[
        &[Lines(&[[0.33, 0.12], [0.24, 0.56], [0.78, 0.56]]), Lines(&[[0.64, 0.24], [0.62, 0.9]])],
        &[Lines(&[[0.8, 0.63], [0.21, 0.63], [0.61, 0.1], [0.61, 0.9]])],
        &[
            Curve(&[[0.28, 0.13], [0.24, 0.4], [0.24, 0.53], [0.42, 0.53], [0.56, 0.53], [0.65, 0.5], [0.7, 0.46]]),
            Lines(&[[0.71, 0.12], [0.64, 0.9]]),
        ],
    ],
    &[
        &[
            Lines(&[[0.73, 0.12], [0.33, 0.12], [0.3, 0.45]]),
            Curve(&[[0.3, 0.45], [0.48, 0.34], [0.77, 0.4], [0.76, 0.65], [0.75, 0.92], [0.4, 0.96], [0.24, 0.81]]),
        ],
        &[
            Curve(&[
                [0.36, 0.14],
                [0.34, 0.28],
                [0.31, 0.38],
                [0.31, 0.45],
                [0.44, 0.38],
                [0.74, 0.42],
                [0.71, 0.67],
                [0.67, 0.92],
                [0.36, 0.92],
                [0.26, 0.82],
            ]),
            Lines(&[[0.36, 0.14], [0.72, 0.1]]),
        ],
    ],
    &[
        &[Curve(&[
            [0.67, 0.13],
            [0.42, 0.18],
            [0.25, 0.42],
            [0.25, 0.66],
            [0.26, 0.96],
            [0.72, 0.97],
            [0.74, 0.68],
            [0.74, 0.44],
            [0.36, 0.44],
            [0.26, 0.68],
        ])],
        &[
            Curve(&[[0.52, 0.1], [0.36, 0.26], [0.28, 0.46], [0.27, 0.69]]),
            Arc { centre: [0.48, 0.7], radii: [0.21, 0.19], from: 180.0, to: 545.0 },
        ],
    ],
    &[
        &[Lines(&[[0.24, 0.13], [0.76, 0.13], [0.42, 0.9]])],
        &[Lines(&[[0.24, 0.14], [0.76, 0.12], [0.43, 0.9]]), Lines(&[[0.38, 0.5], [0.71, 0.5]])],
        &[
            Lines(&[[0.24, 0.24], [0.25, 0.14]]),
            Curve(&[[0.25, 0.14], [0.42, 0.13], [0.6, 0.13], [0.75, 0.13], [0.6, 0.36], [0.49, 0.6], [0.47, 0.9]]),
        ],
    ],
    &[
        &[
            Arc { centre: [0.5, 0.3], radii: [0.2, 0.19], from: 90.0, to: 450.0 },
            Arc { centre: [0.5, 0.7], radii: [0.25, 0.21], from: -90.0, to: 270.0 },
        ],
        &[Curve(&[
            [0.7, 0.2],
            [0.56, 0.04],
            [0.26, 0.12],
            [0.29, 0.3],
            [0.33, 0.5],
            [0.73, 0.5],
            [0.73, 0.72],
            [0.72, 0.96],
            [0.28, 0.96],
            [0.28, 0.73],
            [0.29, 0.52],
            [0.66, 0.42],
            [0.71, 0.22],
        ])],
    ],
    &[
        &[Arc { centre: [0.49, 0.32], radii: [0.22, 0.21], from: 0.0, to: 360.0 }, Lines(&[[0.71, 0.32], [0.66, 0.9]])],
        &[Curve(&[
            [0.72, 0.22],
            [0.56, 0.02],
            [0.27, 0.12],
            [0.27, 0.33],
            [0.28, 0.58],
            [0.64, 0.56],
            [0.71, 0.26],
            [0.76, 0.56],
            [0.74, 0.86],
            [0.54, 0.89],
            [0.42, 0.9],
            [0.36, 0.86],
            [0.31, 0.79],
        ])],
    ],
];

impl Stroke {
    /// The stroke as points close enough to join by straight lines.
    pub(super) fn points(&self) -> Vec<Point> {
        match *self {
            Lines(points) => {
                // Long lines are cut as well, so that a bent hand bends them.
                let between = |ends: &[Point]| {
                    let (start, end) = (ends[0], ends[1]);
                    (0..4).map(move |step| blend(start, end, step as f32 / 4.0))
                };
                points.windows(2).flat_map(between).chain(points.last().copied()).collect()
            }
            Arc { centre, radii, from, to } => {
                let steps = ((to - from).abs() / 18.0).ceil() as usize;
                let at = |step: usize| {
                    let angle = (from + (to - from) * step as f32 / steps as f32).to_radians();
                    [centre[0] + radii[0] * angle.cos(), centre[1] + radii[1] * angle.sin()]
                };
                (0..=steps).map(at).collect()
            }
            Curve(points) => {
                const STEPS: usize = 8;
                let piece = |knots: &[Point]| {
                    let [a, b, c, d] = [knots[0], knots[1], knots[2], knots[3]];
                    (0..STEPS).map(move |step| {
                        let t = step as f32 / STEPS as f32;
                        let (ab, bc, cd) = (blend(a, b, t), blend(b, c, t), blend(c, d, t));
                        blend(blend(ab, bc, t), blend(bc, cd, t), t)
                    })
                };
                (0..points.len() / 3).flat_map(|i| piece(&points[3 * i..])).chain(points.last().copied()).collect()
            }
        }
    }
}

/// The place a fraction `t` of the way from `a` to `b`.
fn blend(a: Point, b: Point, t: f32) -> Point {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_stay_in_the_square_and_move_in_small_steps() {
        for (digit, variants) in DIGITS.iter().enumerate() {
            for stroke in variants.iter().copied().flatten() {
                let points = stroke.points();
                assert!(points.len() >= 2);
                assert!(points.iter().flatten().all(|x| (0.05..0.95).contains(x)), "{digit}: {points:?}");
                let step = |ends: &[Point]| (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1]);
                assert!(points.windows(2).all(|ends| step(ends) < 0.25), "{digit}: {points:?}");
            }
        }
    }
}
