//! Drawings of lines, as SVG.

use plotters::prelude::*;

use crate::report::LayerFlow;

/// A drawing's width and height.
const SIZE: (u32, u32) = (900, 420);

/// A line: its name, its colour, whether it is thin, its values.
type Line<'a> = (String, RGBColor, bool, &'a [f64]);

/// The gradients of layers over the steps, with a logarithmic axis.
pub(super) fn of_flow(layers: &[LayerFlow]) -> String {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let (r, g, b) = Palette99::pick(index).rgb();
        let colour = RGBColor(r, g, b);
        lines.push((format!("{}: ‖∂C/∂h‖", layer.name), colour, false, &layer.hidden));
        lines.extend(layer.bound.as_ref().map(|bound| (format!("{}: bound", layer.name), colour, true, &bound[..])));
        let cell = RGBColor(r / 2, g / 2, b / 2);
        lines.extend(layer.cell.as_ref().map(|values| (format!("{}: ‖∂C/∂c‖", layer.name), cell, false, &values[..])));
    }
    let mut svg = String::new();
    // Into a string, drawing has nothing to fail at.
    draw(&mut svg, &lines).expect("a string takes what is written to it");
    svg
}

fn draw(svg: &mut String, lines: &[Line<'_>]) -> Result<(), Box<dyn std::error::Error>> {
    // Powers of ten on an even axis: the logarithmic one of the library knows no numbers below 10⁻¹⁶.
    let power = |x: &f64| Some(x.log10()).filter(|power| power.is_finite());
    let powers = || lines.iter().flat_map(|(.., values)| values.iter().filter_map(power));
    let (least, most) = (powers().fold(f64::INFINITY, f64::min), powers().fold(f64::NEG_INFINITY, f64::max));
    // Nothing to show still has axes, and equal values a range around them.
    let (least, most) = if least <= most { (least - 0.2, most + 0.2) } else { (-1.0, 1.0) };
    let steps = lines.iter().map(|(.., values)| values.len()).max().unwrap_or(0).max(2);
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d(1.0..steps as f64, least..most)?;
    chart.configure_mesh().x_desc("step").y_label_formatter(&|y| format!("{:.1e}", 10_f64.powf(*y))).draw()?;
    for (name, colour, thin, values) in lines {
        let style = colour.stroke_width(if *thin { 1 } else { 2 });
        let points = values.iter().enumerate().filter_map(|(t, y)| Some(((t + 1) as f64, power(y)?)));
        let line = chart.draw_series(LineSeries::new(points, style))?;
        line.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    root.present()?;
    drop(chart);
    Ok(())
}
