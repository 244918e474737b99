//! A network as a table.

use std::fmt;

use crate::{Network, network::LayerInfo, shape::Dims};

/// The layers of a network as a table: name, kinds of its stages, output shape, parameters, floating-point operations of a
/// forward pass of one sample; and the totals. `_` is what depends on free dimensions.
///
/// ```
/// use plumbline::{network::LayerInfo, report::Summary};
/// let layers = [
///     LayerInfo { name: "fc", kind: "dense, relu", inputs: &[&[400]], output: &[120], parameters: 48_120, flops: 96_120 },
///     LayerInfo { name: "logits", kind: "dense", inputs: &[&[120]], output: &[10], parameters: 1_210, flops: 2_400 },
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    title: String,
    rows: Vec<[String; 5]>,
    total: [String; 5],
}

impl Summary {
    /// The summary of a network.
    pub fn of<N: Network>() -> Summary {
        Summary::new(N::NAME, N::LAYERS)
    }

    /// The summary of layers under a name.
    pub fn new(name: &str, layers: &[LayerInfo]) -> Summary {
        let row = |layer: &LayerInfo| {
            let (parameters, flops) = (thousands(layer.parameters as u64), operations(layer.is_known(), layer.flops));
            [layer.name.to_owned(), layer.kind.to_owned(), Dims(layer.output).to_string(), parameters, flops]
        };
        let parameters = layers.iter().map(|layer| layer.parameters as u64).sum();
        let flops = operations(layers.iter().all(LayerInfo::is_known), layers.iter().map(|layer| layer.flops).sum());
        Summary {
            title: name.to_owned(),
            rows: layers.iter().map(row).collect(),
            total: ["total".to_owned(), String::new(), String::new(), thousands(parameters), flops],
        }
    }
}

fn operations(known: bool, flops: u64) -> String {
    if known { thousands(flops) } else { "_".to_owned() }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["layer", "kind", "output", "parameters", "FLOPs"].map(str::to_owned);
        let all = || [&head, &self.total].into_iter().chain(&self.rows);
        let widths: [usize; 5] =
            std::array::from_fn(|column| all().map(|row| row[column].chars().count()).max().unwrap_or(0));
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * (widths.len() - 1));
        let line = |f: &mut fmt::Formatter<'_>, [name, kind, output, parameters, flops]: &[String; 5]| {
            let [a, b, c, d, e] = widths;
            writeln!(f, "{name:<a$}  {kind:<b$}  {output:>c$}  {parameters:>d$}  {flops:>e$}")
        };
        writeln!(f, "{}\n", self.title)?;
        line(f, &head)?;
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
