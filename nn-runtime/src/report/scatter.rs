//! Points in the plane, as SVG.

use std::ops::Range;

use plotters::prelude::*;

/// A drawing's width and height.
const SIZE: (u32, u32) = (640, 640);

/// Groups of points in the plane, each in a colour of its own: samples of a generator beside the data, a code of two numbers for each class.
///
/// ```
/// use plumbline::report::Scatter;
/// let svg = Scatter::new().points("data", [[0.0, 1.0], [2.0, 0.5]]).points("generated", [[0.1, 0.9]]).to_svg();
/// assert!(svg.starts_with("<svg") && svg.contains("generated"));
/// assert_eq!(svg.matches("<circle").count(), 3 + 2); // one more a group in the legend
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scatter {
    groups: Vec<(String, Vec<[f64; 2]>)>,
    ranges: Option<[Range<f64>; 2]>,
}

impl Scatter {
    /// A drawing without points, whose axes will hold all of them.
    pub fn new() -> Self {
        Scatter::default()
    }

    /// Adds a group. Points that are not finite are left out.
    #[must_use]
    pub fn points(mut self, name: impl Into<String>, points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        let finite = points.into_iter().filter(|[x, y]| x.is_finite() && y.is_finite());
        self.groups.push((name.into(), finite.collect()));
        self
    }

    /// Sets what the axes show; points outside are left out.
    #[must_use]
    pub fn range(mut self, x: Range<f64>, y: Range<f64>) -> Self {
        self.ranges = Some([x, y]);
        self
    }

    /// The drawing, as the text of an SVG file.
    pub fn to_svg(&self) -> String {
        let mut svg = String::new();
        // Into a string, drawing has nothing to fail at.
        self.draw(&mut svg).expect("a string takes what is written to it");
        svg
    }

    /// What an axis shows.
    fn axis(&self, axis: usize) -> Range<f64> {
        let all = || self.groups.iter().flat_map(|(_, points)| points).map(|point| point[axis]);
        let set = self.ranges.as_ref().map(|ranges| ranges[axis].clone());
        let range = set.unwrap_or_else(|| all().fold(f64::INFINITY, f64::min)..all().fold(f64::NEG_INFINITY, f64::max));
        // Nothing to show still has axes, and equal numbers a range around them.
        if !(range.start.is_finite() && range.end.is_finite() && range.start <= range.end) {
            return -1.0..1.0;
        }
        let margin = if self.ranges.is_some() { 0.0 } else { 0.05 * (range.end - range.start) };
        let margin = if range.start == range.end { range.start.abs().max(1.0) } else { margin };
        let wide = range.start - margin..range.end + margin;
        if (wide.end - wide.start).is_finite() { wide } else { -1.0..1.0 }
    }

    fn draw(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
        let [x, y] = [self.axis(0), self.axis(1)];
        let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .margin(12)
            .x_label_area_size(32)
            .y_label_area_size(48)
            .build_cartesian_2d(x.clone(), y.clone())?;
        chart.configure_mesh().light_line_style(TRANSPARENT).draw()?;
        for (index, (name, points)) in self.groups.iter().enumerate() {
            let (r, g, b) = Palette99::pick(index).rgb();
            let style = RGBColor(r, g, b).mix(0.6).filled();
            let inside = points.iter().filter(|[px, py]| x.contains(px) && y.contains(py));
            let dots = chart.draw_series(inside.map(|&[px, py]| Circle::new((px, py), 2, style)))?;
            dots.label(name).legend(move |(px, py)| Circle::new((px + 9, py), 4, style));
        }
        if !self.groups.is_empty() {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .background_style(WHITE.mix(0.8))
                .border_style(BLACK.mix(0.3))
                .draw()?;
        }
        root.present()?;
        drop(chart);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_points_can_be_drawn() {
        let (huge, nan) = (f64::MAX, f64::NAN);
        for points in
            [vec![], vec![[0.0, 0.0]], vec![[nan, 1.0]], vec![[huge, -huge], [-huge, huge]], vec![[1e-300, 0.0]]]
        {
            assert!(Scatter::new().points("any", points).to_svg().contains("</svg>"));
        }
        assert!(Scatter::new().to_svg().contains("</svg>"));
        let backwards = Range { start: 2.0, end: 1.0 };
        assert!(Scatter::new().range(backwards, nan..nan).points("any", [[0.0, 0.0]]).to_svg().contains("</svg>"));
    }

    #[test]
    fn points_outside_of_the_axes_are_left_out() {
        let svg =
            Scatter::new().range(0.0..1.0, 0.0..1.0).points("any", [[0.5, 0.5], [1.5, 0.5], [0.5, -1.0]]).to_svg();
        assert_eq!(svg.matches("<circle").count(), 1 + 1);
    }
}
