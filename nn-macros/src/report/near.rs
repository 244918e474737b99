//! "Did you mean".

use strsim::osa_distance;

/// The candidate that differs least from what was written, if it is near enough to be what was meant.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let limit = (lower.chars().count() / 3).max(1);
    let near = candidates.into_iter().map(|candidate| (osa_distance(&lower, &candidate.to_lowercase()), candidate));
    near.filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_keyboard_are_near_and_other_words_are_not() {
        let layers = ["dense", "dropout", "relu", "selu", "max_pool2d"];
        assert_eq!(nearest("dens", layers), Some("dense"));
        assert_eq!(nearest("Dense", layers), Some("dense"));
        assert_eq!(nearest("rleu", layers), Some("relu"));
        assert_eq!(nearest("maxpool2d", layers), Some("max_pool2d"));
        assert_eq!(nearest("attention", layers), None);
    }
}
