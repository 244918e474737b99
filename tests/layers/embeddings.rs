//! Networks that begin with rows by index: alone, in parts, with inputs of other kinds.

use crate::differences::{check_on, data, data_of};
use plumbline::{ShapeError, prelude::*, train::TrainError};

network! {
    Sentiment: [6] -> [2] {
        words: embedding(9, 4);
        hidden: dense(5, each_step = true), tanh;
        flatten;
        out: dense(2);
    }

    /// Sequences of any length, and numbers besides.
    Both: (words: [_], image: [1, 4, 4]) -> [3] {
        rows: embedding(5, 8, init = uniform(0.5)), tanh <- words;
        turned: transpose;
        text: global_avg_pool;
        picture: flatten <- image;
        seen: dense(8), tanh;
        sum: add <- (text, seen);
        out: dense(3);
    }

    Encoder: [4] -> [4, 3] {
        words: embedding(6, 3);
    }

    /// A part that takes indices, and another reader of the same input.
    Around: [4] -> [4, 3] {
        encoder: Encoder, tanh;
        other: embedding(8, 3) <- input;
        sum: multiply <- (encoder, other);
    }
}

/// Indices below `vocabulary`.
fn indices<S: Shape>(samples: usize, length: usize, vocabulary: usize) -> Batch<S, f64> {
    let numbers = (0..samples * length).map(|i| (i * 7 % 5 * 3 % vocabulary) as f64).collect();
    Batch::from_vec_of(numbers, &[length]).unwrap()
}

#[test]
fn gradients_agree_with_differences() {
    check_on::<Sentiment<f64>>(&indices(67, 6, 9), &data(67));
    check_on::<Around<f64>>(&indices(67, 4, 6), &data(67));
}

#[test]
fn a_number_that_is_no_index_is_an_error_where_it_enters() {
    let net = Sentiment::<f64>::initialized(1);
    let mut x: Batch<SentimentInput, f64> = indices(2, 6, 9);
    for (number, found) in [(9.0, "9"), (-1.0, "-1"), (2.5, "2.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        x.as_mut_slice()[8] = number;
        let error = net.forward(&x).unwrap_err();
        let expected = format!("expected a whole number from 0 to 8, found {found} at position 2 of sample 1");
        assert_eq!(error.to_string(), expected);
        assert!(net.forward_train(&x, &mut net.pass(2)).is_err());
    }
    x.as_mut_slice()[8] = 8.0;
    assert!(net.forward(&x).is_ok());

    // The smallest vocabulary of all that read the input holds, those of parts too.
    let around = Around::<f64>::initialized(1);
    let error = |number: f64| around.forward(&Batch::from_vec(vec![number; 4]).unwrap()).unwrap_err();
    assert!(matches!(error(7.0), ShapeError::Index { vocabulary: 6, .. }));
    assert!(matches!(error(8.0), ShapeError::Index { .. }));
}

#[test]
fn inputs_of_both_kinds_go_together() {
    let net = Both::<f64>::initialized(1);
    let image = data_of(3, &[1, 4, 4]);
    for length in [1, 5, 12] {
        assert_eq!(net.forward(&indices(3, length, 5), &image).unwrap().samples(), 3);
    }
    assert!(matches!(net.forward(&indices(2, 5, 5), &image), Err(ShapeError::Samples { .. })));
    let none = Batch::from_vec_of(vec![5.0; 6], &[2]).unwrap();
    assert!(matches!(net.forward(&none, &image), Err(ShapeError::Index { vocabulary: 5, .. })));
    let (mut pass, mut gradients) = (net.pass(3), net.gradients());
    net.forward_train(&indices(3, 5, 5), &image, &mut pass).unwrap();
    let (d_words, d_image) = net.backward(&data(3), &mut pass, &mut gradients).unwrap();
    assert!(d_words.as_slice().iter().all(|&d| d == 0.0) && d_image.as_slice().iter().any(|&d| d != 0.0));
}

#[test]
fn a_trainer_looks_through_its_data() {
    // Whether the first and the last word are the same.
    let samples = 400;
    let words: Vec<f32> = (0..samples * 6).map(|i| (i * i / 7 % 9) as f32).collect();
    let labels = words.chunks(6).map(|words| usize::from(words[0] > 4.0));
    let labels = Labels::<2>::new(labels).unwrap();
    let set = Dataset::new(Batch::<SentimentInput>::from_vec(words.clone()).unwrap(), labels.clone()).unwrap();
    let mut net = Sentiment::new(3);
    let mut trainer = Trainer::new(Adam::new(0.02), CrossEntropy::new()).epochs(15).metric(Accuracy);
    let history = trainer.fit(&mut net, &set).unwrap();
    assert!(history.epochs.last().unwrap().training.metric("accuracy").unwrap() > 0.99);

    let mut wrong = words;
    wrong[100] = 9.0;
    let set = Dataset::new(Batch::<SentimentInput>::from_vec(wrong).unwrap(), labels).unwrap();
    let error = trainer.fit(&mut net, &set).unwrap_err();
    assert!(matches!(error, TrainError::Shape { set: "training", source: ShapeError::Index { .. } }), "{error}");
}

#[test]
fn both_precisions_give_the_same() {
    let (narrow, wide) = (Sentiment::<f32>::initialized(5), Sentiment::<f64>::initialized(5));
    let x = indices(19, 6, 9);
    let (narrow, wide) = (narrow.forward(&x.cast()).unwrap(), wide.forward(&x).unwrap());
    for (narrow, wide) in narrow.as_slice().iter().zip(wide.as_slice()) {
        assert!((f64::from(*narrow) - wide).abs() < 1e-5);
    }
}
