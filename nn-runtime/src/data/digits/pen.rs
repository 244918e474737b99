//! The hand that bends a glyph, and the pen that it draws with.

use std::f32::consts::TAU;

use rand::{RngExt, rngs::Xoshiro256PlusPlus};
use rand_distr::{Distribution, StandardNormal};

use super::{
    SIDE,
    glyphs::{Point, Stroke},
};

/// Pixels that the glyphs' square takes up before it is scaled: digits are about 20 pixels tall.
const SIZE: f32 = 24.0;

/// How one writer distorts a glyph, from its square to pixels: a smooth bend, then an affine map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    waves: [Wave; 3],
    matrix: [[f32; 2]; 2],
    shift: Point,
}

/// A displacement that swings across the square.
#[derive(Clone, Copy, Debug)]
struct Wave {
    /// Radians along x and along y.
    frequency: Point,
    phase: f32,
    displacement: Point,
}

impl Hand {
    pub(super) fn new(rng: &mut Xoshiro256PlusPlus) -> Hand {
        let waves = std::array::from_fn(|_| Wave {
            frequency: [rng.random_range(-1.2..1.2) * TAU, rng.random_range(-1.2..1.2) * TAU],
            phase: rng.random_range(0.0..TAU),
            displacement: [0.018 * normal(rng), 0.018 * normal(rng)],
        });
        let (sin, cos) = rng.random_range(-0.24_f32..0.24).sin_cos();
        let shear = rng.random_range(-0.3_f32..0.3);
        let (wide, tall) = (rng.random_range(0.72..1.08) * SIZE, rng.random_range(0.8..1.05) * SIZE);
        // Scale, then shear to the side, then turn.
        let matrix = [[cos * wide, (cos * shear - sin) * tall], [sin * wide, (sin * shear + cos) * tall]];
        let middle = SIDE as f32 / 2.0;
        let shift = [middle + rng.random_range(-2.0..2.0), middle + rng.random_range(-2.0..2.0)];
        Hand { waves, matrix, shift }
    }

    /// A stroke as points in pixels. Each stroke is set down a little beside its place.
    pub(super) fn trace(&self, stroke: &Stroke, rng: &mut Xoshiro256PlusPlus) -> Vec<Point> {
        let slip = [0.012 * normal(rng), 0.012 * normal(rng)];
        stroke.points().into_iter().map(|[x, y]| self.place([x + slip[0], y + slip[1]])).collect()
    }

    fn place(&self, [x, y]: Point) -> Point {
        let (mut u, mut v) = (x - 0.5, y - 0.5);
        for wave in &self.waves {
            let swing = (wave.frequency[0] * x + wave.frequency[1] * y + wave.phase).sin();
            u += wave.displacement[0] * swing;
            v += wave.displacement[1] * swing;
        }
        let [along, down] = self.matrix.map(|row| row[0] * u + row[1] * v);
        [along + self.shift[0], down + self.shift[1]]
    }
}

/// What the lines look like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    /// Half the width of a line in pixels, where it has half of its ink.
    radius: f32,
    /// Pixels over which the ink fades at its edge.
    softness: f32,
    ink: f32,
}

impl Pen {
    pub(super) fn new(rng: &mut Xoshiro256PlusPlus) -> Pen {
        Pen {
            radius: rng.random_range(0.75..1.75),
            softness: rng.random_range(0.8..1.6),
            ink: rng.random_range(0.75..1.0),
        }
    }

    /// Draws lines from point to point over an image. A pixel keeps the most ink that any line gives it.
    pub(super) fn draw(&self, points: &[Point], image: &mut [f32]) {
        let reach = self.radius + self.softness / 2.0;
        for ends in points.windows(2) {
            let [[x0, y0], [x1, y1]] = [ends[0], ends[1]];
            let (dx, dy) = (x1 - x0, y1 - y0);
            let scale = 1.0 / (dx * dx + dy * dy).max(1e-12);
            let columns = pixels(x0.min(x1) - reach, x0.max(x1) + reach);
            for row in pixels(y0.min(y1) - reach, y0.max(y1) + reach) {
                let y = row as f32 + 0.5 - y0;
                for column in columns.clone() {
                    let x = column as f32 + 0.5 - x0;
                    let along = ((x * dx + y * dy) * scale).clamp(0.0, 1.0);
                    let distance = (x - along * dx).hypot(y - along * dy);
                    let cover = ((reach - distance) / self.softness).clamp(0.0, 1.0);
                    let ink = self.ink * cover * cover * (3.0 - 2.0 * cover);
                    let pixel = &mut image[row * SIDE + column];
                    *pixel = pixel.max(ink);
                }
            }
        }
    }
}

/// Rows or columns whose centres may lie between two places; casts take what is outside of the image to its edge.
fn pixels(from: f32, to: f32) -> std::ops::Range<usize> {
    (from - 0.5).ceil() as usize..((to - 0.5).floor() as usize + 1).min(SIDE)
}

/// Adds normal noise of a random strength to every pixel, and cuts it to 0 … 1.
pub(super) fn noise(image: &mut [f32], rng: &mut Xoshiro256PlusPlus) {
    let strength = rng.random_range(0.0_f32..0.1);
    for pixel in image {
        *pixel = (*pixel + strength * normal(rng)).clamp(0.0, 1.0);
    }
}

fn normal(rng: &mut Xoshiro256PlusPlus) -> f32 {
    StandardNormal.sample(rng)
}
