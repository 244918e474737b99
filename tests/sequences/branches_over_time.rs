//! Branches of a sequence that come together again: where they make different lengths of it, a ragged batch is refused, over a free axis of time and
//! over one of fixed size.

use crate::differences::{check_on, data, data_of};
use plumbline::{Element, ShapeError, prelude::*, train::TrainError};

const TWO: usize = 2;

network! {
    // ⌊l / 2⌋ and ⌈l / 2⌉ agree for even lengths alone.
    Sum: [8, 3] -> [4, 3] {
        turned: transpose;
        a: max_pool1d(2) <- turned;
        b: max_pool1d(3, stride = 2, padding = 1) <- turned;
        sum: add <- (a, b);
        transpose;
    }
    FreeSum: [_, 3] -> [_, 3] {
        turned: transpose;
        a: max_pool1d(2) <- turned;
        b: max_pool1d(3, stride = 2, padding = 1) <- turned;
        sum: add <- (a, b);
        transpose;
    }
    Product: [8, 3] -> [2] {
        turned: transpose;
        a: conv1d(4, kernel = 2, stride = 2), tanh <- turned;
        b: conv1d(4, kernel = 3, stride = 2, padding = 1), sigmoid <- turned;
        gate: multiply <- (a, b);
        transpose;
        memory: lstm(3, bidirectional = true);
        last;
        out: dense(2);
    }
    Join: [8, 3] -> [6] {
        turned: transpose;
        a: avg_pool1d(2) <- turned;
        b: lp_pool1d(3, stride = 2, padding = 1) <- turned;
        join: concat(axis = 0) <- (a, b);
        global_avg_pool;
    }
    UpAgain: [8, 3] -> [8, 5] {
        turned: transpose;
        down: max_pool1d(2);
        up: conv_transpose1d(2, kernel = 2, stride = 2);
        skip: concat(axis = 0) <- (turned, up);
        transpose;
    }
    Ports: [8, 3] -> (first: [4, 3], both: [4, 3]) {
        turned: transpose;
        a: max_pool1d(2) <- turned;
        b: max_pool1d(3, stride = 2, padding = 1) <- turned;
        first: transpose <- a;
        sum: add <- (a, b);
        both: transpose;
    }

    // As a part.
    Outer: [8, 3] -> [3] { before: dense(3, each_step = true); inner: Sum; transpose; global_avg_pool; }
    Outermost: [8, 3] -> [3] { outer: Outer; }
    AroundFree: [8, 3] -> [3] { inner: FreeSum -> [_, 3]; transpose; global_avg_pool; }
    Halves: [8, 3] -> [4, 3] { transpose; conv: conv1d(3, kernel = 2, stride = 2); transpose; }
    Ceiled: [8, 3] -> [4, 3] { transpose; conv: conv1d(3, kernel = 3, stride = 2, padding = 1); transpose; }
    TwoParts: [8, 3] -> [4, 3] { a: Halves <- input; b: Ceiled <- input; sum: add <- (a, b); }
    OnePart: [8, 3] -> [4, 3] { a: Halves <- input; b: Halves <- input; sum: add <- (a, b); }
    Kept: [8, 3] -> [8, 3] { transpose; conv: conv1d(3, kernel = 3, padding = same); transpose; }
    Skip: [8, 3] -> [8, 3] { kept: Kept; sum: add <- (kept, input); }

    // Formulas that agree for every length: padding makes up for the larger kernel.
    Agree: [8, 3] -> [4, 3] {
        turned: transpose;
        a: conv1d(3, kernel = 3, stride = 2, padding = 1) <- turned;
        b: conv1d(3, kernel = 1, stride = 2) <- turned;
        sum: add <- (a, b);
        transpose;
    }
    AgreeAnywhere<T, K>: [K * T, 3] -> [T, 3] {
        turned: transpose;
        a: max_pool1d(K) <- turned;
        b: avg_pool1d(K) <- turned;
        sum: add <- (a, b);
        transpose;
    }
    AgreeConstant: [8, 3] -> [4, 3] {
        turned: transpose;
        a: max_pool1d(TWO) <- turned;
        b: avg_pool1d(TWO) <- turned;
        sum: add <- (a, b);
        transpose;
    }
    // Nobody asks for the lengths behind the sum.
    Unread: [8, 3] -> [2] {
        turned: transpose;
        a: max_pool1d(2) <- turned;
        b: max_pool1d(3, stride = 2, padding = 1) <- turned;
        sum: add <- (a, b);
        flatten;
        out: dense(2);
    }
    // Steps behind each other, not beside each other.
    Along: [8, 3] -> [3] {
        turned: transpose;
        a: max_pool1d(2) <- turned;
        b: max_pool1d(3, stride = 2, padding = 1) <- turned;
        both: concat(axis = 1) <- (a, b);
        global_avg_pool;
    }
    AlongTwo: (a: [8, 3], b: [5, 3]) -> [13, 3] { both: concat(axis = 0) <- (a, b); }
    AlongFree: (a: [_, 3], b: [_, 3]) -> [_, 3] { both: concat(axis = 0) <- (a, b); }
}

fn sequences<S: Shape, E: Element>(lengths: &[usize]) -> Batch<S, E> {
    data_of::<S>(lengths.len(), &[8, 3]).cast().with_lengths(lengths.to_vec()).unwrap()
}

fn differ<T: std::fmt::Debug>(layer: &str, found: Result<T, ShapeError>) {
    let expected = ShapeError::OtherLength { layer: layer.into(), sample: 1, expected: 2, found: 3 };
    assert_eq!(found.unwrap_err(), expected);
}

/// An even length, and one for which the branches disagree.
const ODD: [usize; 2] = [8, 5];

#[test]
fn branches_that_disagree_are_an_error_over_a_fixed_axis_too() {
    let odd = sequences::<SumInput, f32>(&ODD);
    differ("sum", Sum::new(1).forward(&odd));
    differ("sum", Sum::<f64>::initialized(1).forward(&odd.cast()));
    differ("gate", Product::new(1).forward(&odd));
    differ("join", Join::new(1).forward(&odd));
    differ("sum", Ports::new(1).forward(&odd));
    differ("sum", TwoParts::new(1).forward(&odd));
    let error = UpAgain::new(1).forward(&odd).unwrap_err();
    assert_eq!(error, ShapeError::OtherLength { layer: "skip".into(), sample: 1, expected: 5, found: 4 });
    let mut pass = Sum::new(1).pass(2);
    differ("sum", Sum::new(1).forward_train(&odd, &mut pass));
    differ("sum", Sum::new(1).forward_into(&odd, &mut pass));
}

#[test]
fn a_part_whose_branches_disagree_refuses_the_batch_of_the_network_around_it() {
    let odd = sequences::<SumInput, f32>(&ODD);
    differ("inner.sum", Outer::new(1).forward(&odd));
    differ("outer.inner.sum", Outermost::new(1).forward(&odd));
    differ("inner.sum", AroundFree::new(1).forward(&odd));
    assert!(Outermost::new(1).forward(&sequences(&[8, 4])).is_ok());
    // A size that the part itself would refuse where its axis is free is none here.
    assert!(AroundFree::new(1).forward(&sequences(&[8, 2])).is_ok());
    assert!(Outer::new(1).forward(&data::<OuterInput>(2).cast()).is_ok());
}

#[test]
fn lengths_that_agree_give_what_a_free_axis_gives() {
    let lengths = [8, 2, 6, 4, 8];
    let (fixed, free) = (Sum::new(3), FreeSum::new(3));
    let y = fixed.forward(&sequences(&lengths)).unwrap();
    assert_eq!(y.lengths(), [4, 1, 3, 2, 4]);
    assert_eq!(y.as_slice(), free.forward(&sequences(&lengths)).unwrap().as_slice());
    let (first, both) = Ports::new(3).forward(&sequences(&lengths)).unwrap();
    assert_eq!((first.lengths(), both.lengths()), (y.lengths(), y.lengths()));
    assert_eq!(both.as_slice(), y.as_slice());
    check_on::<Product<f64>>(&sequences(&lengths), &data(5));
    check_on::<Outermost<f64>>(&sequences(&lengths), &data(5));
    let targets = data::<UpAgainOutput>(5).with_lengths(lengths.to_vec()).unwrap();
    check_on::<UpAgain<f64>>(&sequences(&lengths), &targets);
}

#[test]
fn a_trainer_says_which_sample_it_is() {
    let mut net = Outer::new(1);
    let trainer = || Trainer::new(Sgd::new(0.01), MeanSquaredError).quiet();
    let data = |lengths: &[usize]| {
        Dataset::new(sequences::<OuterInput, f32>(lengths), Batch::<OuterOutput>::zeros(lengths.len())).unwrap()
    };
    let error = trainer().fit(&mut net, &data(&ODD)).unwrap_err();
    let source = ShapeError::OtherLength { layer: "inner.sum".into(), sample: 1, expected: 2, found: 3 };
    assert_eq!(error, TrainError::Shape { set: "training", source });
    assert!(trainer().fit(&mut net, &data(&[8, 6, 2])).is_ok());
    // A batch without lengths is full.
    let full = Dataset::new(Batch::<OuterInput>::zeros(3), Batch::<OuterOutput>::zeros(3)).unwrap();
    assert!(trainer().fit(&mut net, &full).is_ok());
}

/// Where the macro knows that the lengths agree, every batch has outputs: no `Result`.
#[test]
fn formulas_that_agree_refuse_nothing() {
    fn lengths<N: Total<Element = f32, Input: Shape, Output: Shape>>() -> Vec<usize> {
        N::initialized(1).forward(&sequences::<N::Input, f32>(&ODD)).lengths().to_vec()
    }
    assert_eq!(lengths::<Agree>(), [4, 3]);
    assert_eq!(lengths::<AgreeAnywhere<4, 2>>(), [4, 2]);
    assert_eq!(lengths::<AgreeConstant>(), [4, 2]);
    assert_eq!(lengths::<OnePart>(), [4, 2]);
    assert_eq!(lengths::<Skip>(), [8, 5]);
    assert!(lengths::<Unread>().is_empty() && lengths::<Along>().is_empty());
}

#[test]
fn sequences_one_behind_the_other_need_not_be_equally_long() {
    let (a, b) = (data_of::<AlongTwoA>(2, &[8, 3]), data_of::<AlongTwoB>(2, &[5, 3]));
    let net = AlongTwo::<f64>::initialized(1);
    assert_eq!(net.forward(&a, &b).unwrap().sizes(), [13, 3]);
    // Over a free axis they cannot be told from padding, whichever of them has lengths.
    let net = AlongFree::<f64>::initialized(1);
    let (a, b) = (data_of::<AlongFreeA>(2, &[8, 3]), data_of::<AlongFreeB>(2, &[5, 3]));
    assert_eq!(net.forward(&a, &b).unwrap().sizes(), [13, 3]);
    let mixed = ShapeError::MixedSteps { layer: "both".into() };
    let ragged = b.clone().with_lengths(vec![5, 2]).unwrap();
    assert_eq!(net.forward(&a, &ragged).unwrap_err(), mixed);
    assert_eq!(net.forward(&a.with_lengths(vec![8, 2]).unwrap(), &b).unwrap_err(), mixed);
}
