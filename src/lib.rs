//! Neural networks whose shapes are checked by the compiler.
//!
//! A network is declared in the [`network!`] macro, which calculates every shape, writes the forward and backward code, and
//! turns each shape mistake into one compile error at the layer that made it. The runtime supplies kernels, losses,
//! optimizers, a trainer and data.
//!
//! ```
//! use plumbline::prelude::*;
//!
//! network! {
//!     /// One hidden layer.
//!     pub Spirals: [2] -> [2] {
//!         hidden: dense(32), tanh;
//!         logits: dense(2);
//!     }
//! }
//!
//! let (train, test) = data::spirals(400, 0.1, 1).split(0.8)?;
//! let mut net = Spirals::new(1);
//! let history = Trainer::new(Adam::new(1e-2), CrossEntropy::new())
//!     .epochs(20)
//!     .batch_size(32)
//!     .validate(&test)
//!     .metric(Accuracy)
//!     .fit(&mut net, &train)?;
//! assert_eq!(history.epochs.len(), 20);
//! println!("{}", Spirals::summary());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate defines nothing: it hands on the macro from `nn-macros` and all of `nn-runtime`.

pub use nn_macros::network;
pub use nn_runtime::*;

pub mod prelude {
    //! What most programs use: the macro, and the runtime's own prelude.

    pub use nn_macros::network;
    pub use nn_runtime::prelude::*;
}

// Pages of the documentation, and of no program.
#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/tour.md")]
pub mod tour {}

#[cfg(any(doc, doctest))]
pub mod language {
    //! The reference of the language of [`network!`](macro@crate::network): its [grammar], its [typing rules](layers), layer by layer, and [what
    //! is generated](generated). The examples are compiled and run by the tests.

    #[doc = include_str!("../docs/language/grammar.md")]
    pub mod grammar {}
    #[doc = include_str!("../docs/language/layers.md")]
    pub mod layers {}
    #[doc = include_str!("../docs/language/generated.md")]
    pub mod generated {}
}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/training.md")]
pub mod training {}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/autoencoders.md")]
pub mod autoencoders {}

#[cfg(all(doc, not(doctest)))]
pub mod errors {
    //! Every error and its cure, a page for each kind: of the language's [syntax] and of the [graph]; of [shapes](shape), with [constants] and with
    //! [parameters] as sizes, with [free] sizes; of [sequences](recurrent); between [networks](parts); of [energy]-based models; and in [training],
    //! also of [two networks against each other](adversarial).

    #[doc = include_str!("../docs/errors/syntax.md")]
    pub mod syntax {}
    #[doc = include_str!("../docs/errors/graph.md")]
    pub mod graph {}
    #[doc = include_str!("../docs/errors/shape.md")]
    pub mod shape {}
    #[doc = include_str!("../docs/errors/recurrent.md")]
    pub mod recurrent {}
    #[doc = include_str!("../docs/errors/constants.md")]
    pub mod constants {}
    #[doc = include_str!("../docs/errors/parameters.md")]
    pub mod parameters {}
    #[doc = include_str!("../docs/errors/free.md")]
    pub mod free {}
    #[doc = include_str!("../docs/errors/parts.md")]
    pub mod parts {}
    #[doc = include_str!("../docs/errors/energy.md")]
    pub mod energy {}
    #[doc = include_str!("../docs/errors/training.md")]
    pub mod training {}
    #[doc = include_str!("../docs/errors/adversarial.md")]
    pub mod adversarial {}
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
