//! A network as a table.

use std::fmt;

use crate::{
    Network,
    network::{AxisField, LayerInfo, ReceptiveField},
    shape::Dims,
};

/// The layers of a network as a table: name, kinds of its stages, output shape, parameters, floating-point
/// operations of a forward pass of one sample; and the totals. `_` is what depends on free dimensions.
///
/// ```
/// use plumbline::{network::LayerInfo, report::Summary};
/// let layer = LayerInfo { name: "", kind: "", inputs: &[], output: &[], parameters: 0, flops: 0, receptive_fields: &[] };
/// let layers = [
///     LayerInfo { name: "fc", kind: "dense, relu", output: &[120], parameters: 48_120, flops: 96_120, ..layer },
///     LayerInfo { name: "logits", kind: "dense", output: &[10], parameters: 1_210, flops: 2_400, ..layer },
/// ];
/// let summary = Summary::new("Head", &layers);
/// assert_eq!(summary.to_string(), "\
/// Head
///
/// layer   kind         output  parameters   FLOPs
/// ───────────────────────────────────────────────
/// fc      dense, relu   [120]      48,120  96,120
/// logits  dense          [10]       1,210   2,400
/// ───────────────────────────────────────────────
/// total                            49,330  98,520
/// ");
/// ```
///
/// A network in which windows move over an input has three columns more: the size of each layer's [receptive
/// field](ReceptiveField) in elements of the input, the step by which it moves from one output to the next,
/// and where in the input that of the first output begins. A size along each spatial axis stands in brackets,
/// a number alone holds for all of them; `all` is no window but the whole input, `none` nothing of it, `-` a
/// step that is not the same everywhere. Where windows move over several inputs, each has its columns.
///
/// ```
/// # use plumbline::prelude::*;
/// network! {
///     Stem: [3, 32, 32] -> [10] {
///         conv: conv2d(8, kernel = [5, 3], stride = 2, padding = [2, 1]), relu;
///         pool: max_pool2d(2);
///         global_avg_pool;
///         logits: dense(10);
///     }
/// }
/// assert_eq!(Stem::summary().to_string(), "\
/// Stem
///
/// layer            kind                  output  parameters    FLOPs   field  stride    offset
/// ────────────────────────────────────────────────────────────────────────────────────────────
/// conv             conv2d, relu     [8, 16, 16]         368  188,416  [5, 3]       2  [-2, -1]
/// pool             max_pool2d         [8, 8, 8]           0    2,048  [7, 5]       4  [-2, -1]
/// global_avg_pool  global_avg_pool          [8]           0      512     all
/// logits           dense                   [10]          90      170     all
/// ────────────────────────────────────────────────────────────────────────────────────────────
/// total                                                 458  191,146
/// ");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    title: String,
    /// The titles of the columns.
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    total: Vec<String>,
}

impl Summary {
    /// The summary of a network.
    pub fn of<N: Network>() -> Summary {
        Summary::new(N::NAME, N::LAYERS)
    }

    /// The summary of layers under a name.
    pub fn new(name: &str, layers: &[LayerInfo]) -> Summary {
        let spatial = spatial_inputs(layers);
        let mut head = ["layer", "kind", "output", "parameters", "FLOPs"].map(str::to_owned).to_vec();
        for (_, input) in &spatial {
            let of = if spatial.len() > 1 { format!(" ({input})") } else { String::new() };
            head.extend(["field", "stride", "offset"].map(|column| format!("{column}{of}")));
        }
        let row = |layer: &LayerInfo| {
            let (parameters, flops) = (thousands(layer.parameters as u64), operations(layer.is_known(), layer.flops));
            let mut row =
                vec![layer.name.to_owned(), layer.kind.to_owned(), Dims(layer.output).to_string(), parameters, flops];
            for (input, _) in &spatial {
                row.extend(layer.receptive_fields.get(*input).map(measures).unwrap_or_default());
            }
            row
        };
        let parameters = layers.iter().map(|layer| layer.parameters as u64).sum();
        let flops = operations(layers.iter().all(LayerInfo::is_known), layers.iter().map(|layer| layer.flops).sum());
        let mut total = vec!["total".to_owned(), String::new(), String::new(), thousands(parameters), flops];
        total.resize(head.len(), String::new());
        Summary { title: name.to_owned(), head, rows: layers.iter().map(row).collect(), total }
    }
}

/// The inputs with a spatial axis, and their names.
fn spatial_inputs(layers: &[LayerInfo]) -> Vec<(usize, &'static str)> {
    let fields = layers.iter().flat_map(|layer| layer.receptive_fields.iter().enumerate());
    let mut inputs: Vec<_> =
        fields.filter(|(_, field)| !field.axes().is_empty()).map(|(at, field)| (at, field.input())).collect();
    inputs.sort_unstable();
    inputs.dedup();
    inputs
}

/// The size, the step and the beginning of a receptive field.
fn measures(field: &ReceptiveField) -> [String; 3] {
    let text = |number: Option<isize>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let axis = |axis: &AxisField| match *axis {
        AxisField::Window { size, stride, offset } => {
            [size.to_string(), text(stride.map(|stride| stride as isize)), text(Some(offset))]
        }
        AxisField::All => ["all".to_owned(), String::new(), String::new()],
        AxisField::Nothing => ["none".to_owned(), String::new(), String::new()],
        AxisField::Unknown => ["_".to_owned(), "_".to_owned(), "_".to_owned()],
    };
    let axes: Vec<[String; 3]> = field.axes().iter().map(axis).collect();
    std::array::from_fn(|column| {
        let values: Vec<&str> = axes.iter().map(|axis| axis[column].as_str()).collect();
        match values.as_slice() {
            [] => String::new(),
            [first, others @ ..] if others.iter().all(|other| other == first) => (*first).to_owned(),
            all => format!(
                "[{}]",
                all.iter().map(|value| if value.is_empty() { "-" } else { value }).collect::<Vec<_>>().join(", ")
            ),
        }
    })
}

fn operations(known: bool, flops: u64) -> String {
    if known { thousands(flops) } else { "_".to_owned() }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || [&self.head, &self.total].into_iter().chain(&self.rows);
        let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * (widths.len() - 1));
        let line = |f: &mut fmt::Formatter<'_>, row: &[String]| {
            let mut text = String::new();
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                // Words stand at the left, numbers at the right.
                text += &match column {
                    0 => format!("{cell:<width$}"),
                    1 => format!("  {cell:<width$}"),
                    _ => format!("  {cell:>width$}"),
                };
            }
            writeln!(f, "{}", text.trim_end())
        };
        writeln!(f, "{}\n", self.title)?;
        line(f, &self.head)?;
        writeln!(f, "{rule}")?;
        self.rows.iter().try_for_each(|row| line(f, row))?;
        writeln!(f, "{rule}")?;
        line(f, &self.total)
    }
}

/// A number in groups of three digits.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        let texts = [0, 999, 1_000, 61_706, 1_234_567].map(thousands);
        assert_eq!(texts, ["0", "999", "1,000", "61,706", "1,234,567"]);
    }

    #[test]
    fn a_network_without_layers_has_a_summary() {
        assert!(Summary::new("Nothing", &[]).to_string().starts_with("Nothing\n"));
    }
}
