//! What a word that names no layer was meant to be.

use super::{elsewhere, names};
use crate::report::{Meant, nearest};

/// Layers over signals or images as other libraries call them, without their axes.
const BY_AXES: &[(&str, &[&str])] = &[
    ("conv", &["conv", "convolution"]),
    ("conv_transpose", &["conv_transpose", "convtranspose", "transposed_conv", "transposed_convolution", "deconv"]),
    ("max_pool", &["max_pool", "maxpool", "max_pooling", "maxpooling"]),
    (
        "avg_pool",
        &["avg_pool", "avgpool", "avg_pooling", "average_pool", "average_pooling", "mean_pool", "mean_pooling"],
    ),
    ("lp_pool", &["lp_pool", "lppool", "l2_pool"]),
    ("weighted_avg_pool", &["weighted_avg_pool", "gaussian_pool"]),
    ("adaptive_max_pool", &["adaptive_max_pool", "adaptivemaxpool"]),
    ("adaptive_avg_pool", &["adaptive_avg_pool", "adaptiveavgpool"]),
];

/// Functions of single numbers that `map` says.
const MAPPED: &[(&[&str], &str)] = &[
    (&["sin", "sine"], "map(|x| x.sin())"),
    (&["cos", "cosine"], "map(|x| x.cos())"),
    (&["exp"], "map(|x| x.exp())"),
    (&["log", "ln"], "map(|x| x.ln())"),
    (&["sqrt"], "map(|x| x.sqrt())"),
    (&["abs"], "map(|x| x.abs())"),
    (&["square"], "map(|x| x * x)"),
    (&["neg", "negate"], "map(|x| -x)"),
    (&["relu6"], "map(|x| x.max(0.0).min(6.0))"),
    (&["hardtanh", "hard_tanh"], "map(|x| x.max(-1.0).min(1.0))"),
    (&["softsign"], "map(|x| x / (1.0 + x.abs()))"),
];

/// Words that mean something which is not here, each like the name of something else.
const OTHERS: &[&str] = &[
    "prelu",
    "rrelu",
    "crelu",
    "celu",
    "glu",
    "geglu",
    "swiglu",
    "reglu",
    "hardswish",
    "hard_swish",
    "hardsigmoid",
    "hard_sigmoid",
    "softmin",
    "softmax2d",
    "hardshrink",
    "softshrink",
    "tanhshrink",
    "min_pool",
    "min_pool1d",
    "min_pool2d",
    "max",
    "min",
    "mean",
    "alpha_dropout",
    "dropout2d",
    "dropout1d",
    "feature_dropout",
    "spatial_dropout",
    "gaussian_dropout",
    "instance_norm",
    "group_norm",
    "rms_norm",
    "weight_norm",
    "sub",
    "subtract",
    "div",
    "divide",
    "pow",
    "softmax_cross_entropy",
    "attention",
    "matmul",
    "upsample",
    "unpool",
    "max_unpool2d",
    "fold",
    "unfold",
    "squeeze",
    "unsqueeze",
    "split",
    "chunk",
    "permute",
];

/// What is meant by the word where something of this rank is there, if that is known. Never another function of a similar name.
pub(crate) fn meant(word: &str, rank: Option<usize>) -> Meant {
    let lower = word.to_lowercase();
    let near = |near: String| Meant { near: Some(near), hint: None };
    let hint = |hint: String| Meant { near: None, hint: Some(hint) };
    let axes = match rank {
        // Nothing moves along a vector.
        Some(1) => None,
        Some(2) => Some("1d"),
        _ => Some("2d"),
    };
    if let Some((stem, _)) = BY_AXES.iter().find(|(_, words)| words.contains(&lower.as_str())) {
        return axes.map_or_else(Meant::default, |axes| near(format!("{stem}{axes}")));
    }
    match (lower.as_str(), axes) {
        ("pool" | "pooling" | "subsample" | "subsampling", Some(axes)) => {
            return hint(format!("`max_pool{axes}` takes the largest of each window, `avg_pool{axes}` the mean"));
        }
        (
            "pad" | "zero_pad" | "zeropad" | "zero_padding" | "zeropadding" | "zeropad2d" | "zeropadding2d",
            Some(axes),
        ) => {
            return hint(format!("padding is an option of what follows: `conv{axes}(8, kernel = 3, padding = 1)`"));
        }
        ("pool" | "pooling" | "pad" | "padding", None) => return Meant::default(),
        ("sum" | "plus" | "addition", _) => return near("add".to_owned()),
        _ => {}
    }
    if let Some((_, call)) = MAPPED.iter().find(|(words, _)| words.contains(&lower.as_str())) {
        return near((*call).to_owned());
    }
    if OTHERS.contains(&lower.as_str()) {
        return Meant::default();
    }
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let own = digits(&lower);
    // `conv3d` is no slip of `conv2d`.
    let alike = names().filter(|name| own.is_empty() || digits(name).is_empty() || digits(name) == own);
    let found = elsewhere(word).or_else(|| nearest(word, alike));
    Meant { near: found.map(str::to_owned), hint: None }
}

#[cfg(test)]
mod tests {
    use super::{OTHERS, meant};
    use crate::layers::{find, names};
    use crate::report::Meant;

    #[test]
    fn the_rank_says_which_pool_is_meant_and_no_word_becomes_another_function() {
        let near = |word: &str, rank| meant(word, rank).near.unwrap_or_default();
        assert_eq!(near("mean_pool", Some(2)), "avg_pool1d");
        assert_eq!(near("MaxPool", Some(3)), "max_pool2d");
        assert_eq!(near("conv", Some(2)), "conv1d");
        assert_eq!(near("conv", None), "conv2d");
        assert_eq!(near("max_pool", Some(1)), "");
        assert_eq!(near("sin", Some(1)), "map(|x| x.sin())");
        assert_eq!(near("Linear", Some(1)), "dense");
        assert_eq!(near("dens", Some(1)), "dense");
        for other in ["prelu", "conv3d", "max_pool3d", "attention", "matmul", "upsample", "dropout2d", "celu", "glu"] {
            assert_eq!(meant(other, Some(3)), Meant::default(), "{other}");
        }
        assert!(meant("pool", Some(2)).hint.is_some_and(|hint| hint.contains("`avg_pool1d`")));
        assert!(meant("pad", Some(3)).hint.is_some_and(|hint| hint.contains("conv2d(8, kernel = 3, padding = 1)")));
        assert!(OTHERS.iter().all(|other| find(other).is_none()), "a word that is a layer now");
        assert!(names().all(|name| find(name).is_some()));
    }

    #[test]
    fn a_layer_over_signals_or_images_names_the_one_over_the_other() {
        for row in names().filter_map(find).filter(|row| row.axes > 0) {
            let other = row.counterpart.and_then(find);
            assert!(other.is_some_and(|other| other.axes + row.axes == 3), "{}", row.name);
        }
    }
}
