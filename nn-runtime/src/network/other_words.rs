//! Methods that networks have in other libraries, and not here: a call gets an error that says what to call in their place.
//!
//! `network!` gives each network the methods under a condition that no type meets, so that the compiler knows them and says why they are not there.
//! A method of that name in a trait or a type of the user's is the one that is called.

/// `fit` of another library.
pub trait Fit {
    /// Is not there.
    fn fit(&self) {}
}

/// Met by no network.
#[diagnostic::on_unimplemented(
    message = "a network has no method `fit`: a `Trainer` has",
    label = "it takes the network and the data",
    note = "`Trainer::new(Adam::new(1e-3), MeanSquaredError).fit(&mut net, &data)?` trains, with the optimizer and the loss of your choice"
)]
pub trait NetworksFit {}

/// `predict` of another library.
pub trait Predict {
    /// Is not there.
    fn predict(&self) {}
}

/// Met by no network.
#[diagnostic::on_unimplemented(
    message = "a network has no method `predict`: `forward` gives its outputs",
    label = "write `forward`",
    note = "`net.forward(&x)` gives the outputs of a batch `x`, as in inference"
)]
pub trait NetworksPredict {}

/// `train` of another library.
pub trait Train {
    /// Is not there.
    fn train(&self) {}
}

/// Met by no network.
#[diagnostic::on_unimplemented(
    message = "a network has no method `train`: it has no modes, and a `Trainer` trains it",
    label = "write `forward_train` for a forward pass in training",
    note = "`Trainer::new(Adam::new(1e-3), MeanSquaredError).fit(&mut net, &data)?` trains; in a loop of your own `net.forward_train(&x, &mut pass)` is the pass in training, and `net.forward(&x)` that of inference"
)]
pub trait NetworksTrain {}

/// `eval` of another library.
pub trait Eval {
    /// Is not there.
    fn eval(&self) {}
}

/// Met by no network.
#[diagnostic::on_unimplemented(
    message = "a network has no method `eval`: it has no modes",
    label = "leave it out",
    note = "`net.forward(&x)` is always inference, and `net.forward_train(&x, &mut pass)` the forward pass in training"
)]
pub trait NetworksEval {}
