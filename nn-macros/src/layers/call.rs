//! Layers that are calls of the runtime.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::Placement;
use crate::{
    names::{LAYERS, NETWORK, PART},
    shape::Shape,
};

/// A layer that is nothing but calls of the runtime.
pub(crate) trait Calls {
    /// The statements that calculate its output.
    fn forward(&self, call: &Call) -> TokenStream;

    /// The statements that calculate the gradients with respect to its inputs.
    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a>;
}

/// A layer that reads a weight which is not its own.
pub(crate) trait Penalty: Calls {
    /// The statement that adds its gradient with respect to the weight of `encoder` to `gradients`, over the whole batch.
    fn weight_gradient(&self, encoder: &Encoder, input: &TokenStream, d_output: &TokenStream) -> TokenStream;
}

/// The values of a call, as expressions.
pub(crate) struct Call<'a> {
    pub(crate) of: Placement<'a>,
    /// What it reads; empty where it works in place.
    pub(crate) inputs: Vec<TokenStream>,
    /// Their shapes as they lie in memory.
    pub(crate) shapes: Vec<Shape>,
    /// Its first input, to write.
    pub(crate) input_mut: TokenStream,
    /// Its output: to write in a forward pass, to read in a backward pass.
    pub(crate) output: TokenStream,
    /// The layer, where it is more than a call.
    pub(crate) layer: TokenStream,
    pub(crate) training: bool,
    /// Where the steps lie of what it takes first, and along which axis, where it is a sequence.
    pub(crate) steps: Option<(TokenStream, usize)>,
    /// The lengths of the sequences of vectors that it takes.
    pub(crate) lengths: TokenStream,
    /// Its random numbers.
    pub(crate) random: TokenStream,
    /// The dense layer whose weight it reads.
    pub(crate) encoder: Option<Encoder<'a>>,
}

/// A dense layer that another layer reads.
pub(crate) struct Encoder<'a> {
    pub(crate) name: &'a Ident,
    /// The activation behind it.
    pub(crate) function: TokenStream,
}

/// The gradient with respect to the output.
pub(crate) struct Gradient {
    pub(crate) read: TokenStream,
    pub(crate) write: TokenStream,
}

/// How the gradients with respect to the inputs are made.
pub(crate) enum Backward<'a> {
    /// It has no gradient, and neither has a network with such a layer.
    Nothing,
    /// That of the output becomes that of each input, by these statements in its place.
    InPlace(TokenStream),
    /// A call for each input, which writes the gradient with respect to it; and what comes before them all, where they share something.
    Each { shared: Option<TokenStream>, calls: Vec<Write<'a>> },
}

/// A call that writes a gradient.
pub(crate) type Write<'a> = Box<dyn Fn(&TokenStream) -> TokenStream + 'a>;

impl<'a> Backward<'a> {
    /// Of a layer with one input.
    pub(super) fn one(call: impl Fn(&TokenStream) -> TokenStream + 'a) -> Self {
        Self::Each { shared: None, calls: vec![Box::new(call)] }
    }
}

impl Call<'_> {
    /// Its first input; nothing where it works in place.
    pub(super) fn input(&self) -> Option<&TokenStream> {
        self.inputs.first()
    }

    /// Hands the values on as they are.
    pub(super) fn copy(&self) -> TokenStream {
        let (x, y) = (self.input(), &self.output);
        quote!(#LAYERS::copy(#x, #y);)
    }

    /// What a draw is made from: the layer's random numbers, and the number of the first sample.
    pub(super) fn draw(&self) -> TokenStream {
        let random = &self.random;
        quote!(#random, #PART.first)
    }

    /// The steps that the layer goes over by themselves, where they lie along the last axis.
    pub(super) fn last_steps(&self) -> Option<&TokenStream> {
        self.steps.as_ref().filter(|(_, axis)| axis + 1 == self.of.inputs[0].len()).map(|(steps, _)| steps)
    }

    /// The same where they lie along an axis of a signal or an image.
    pub(super) fn spatial_steps(&self) -> Option<&TokenStream> {
        self.steps.as_ref().filter(|(_, axis)| *axis > 0).map(|(steps, _)| steps)
    }

    /// The statements around a call that reads −∞ behind the end of a sequence.
    pub(super) fn lowered(&self, statement: TokenStream) -> TokenStream {
        let (Some(steps), x) = (self.spatial_steps(), &self.input_mut) else { return statement };
        quote!(#NETWORK::lower_padding(#x, #steps); #statement #NETWORK::clear_padding(#x, #steps);)
    }
}

impl ToTokens for Encoder<'_> {
    /// The layer and its activation, as arguments.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { name, function } = self;
        tokens.extend(quote!(&self.#name, #function));
    }
}
