//! The sizes that only the running program knows: what is calculated from those of the inputs, and the rules that they must obey.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::part::Part;
use crate::names::{self, NETWORK, RULE};
use crate::report::Message;
use crate::shape::{Dimension, Formula, Shape};

/// The list of a network's sizes: first those of its inputs, then what is calculated from them.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    /// How many the inputs have.
    pub(crate) inputs: usize,
    /// How many there are, without those of parts.
    pub(crate) count: usize,
    /// What is calculated, in order.
    pub(crate) calculated: Vec<Calculation>,
    /// Statements that return what is wrong with the sizes, in order.
    pub(crate) rules: Vec<TokenStream>,
    /// The places of formulas.
    places: HashMap<String, usize>,
}

/// What is calculated before a batch goes through the network.
#[derive(Debug)]
pub(crate) enum Calculation {
    /// A size.
    Size { place: usize, value: TokenStream },
    /// All sizes of a network inside the network.
    Part(PartSizes),
}

/// What the network needs to know of a part.
#[derive(Clone, Debug)]
pub(crate) struct PartSizes {
    /// The part's node.
    pub(crate) name: Ident,
    pub(crate) part: Box<Part>,
    pub(crate) input: Shape,
    /// The axes that are free of what it gives, each with its place in the list.
    pub(crate) output: Vec<(usize, usize)>,
    /// The places of the widths of its scratch, in training and in inference.
    pub(crate) scratch: [usize; 2],
}

impl Sizes {
    /// A size of an input.
    pub(crate) fn input(&mut self) -> Dimension {
        self.inputs += 1;
        Dimension::Parameter(Formula::free(self.next()))
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    /// Whether the network has any.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The same size, under a place of its own in the list where what is calculated from it would repeat the calculation.
    pub(super) fn place(&mut self, formula: Formula) -> Dimension {
        if !formula.is_free() || !formula.divides() {
            return Dimension::Parameter(formula);
        }
        let value = formula.tokens();
        let place = match self.places.get(&value.to_string()) {
            Some(place) => *place,
            None => {
                let place = self.next();
                self.places.insert(value.to_string(), place);
                self.calculated.push(Calculation::Size { place, value });
                place
            }
        };
        Dimension::Parameter(Formula::free(place))
    }

    /// Notes a part; what it gives, with a place for each free axis.
    pub(super) fn part(&mut self, name: &Ident, part: &Part, input: Shape, output: Shape) -> Shape {
        let mut places = Vec::new();
        let shape = output.into_iter().enumerate().map(|(axis, dimension)| match dimension {
            Dimension::Free => {
                places.push((axis, self.next()));
                Dimension::Parameter(Formula::free(self.count - 1))
            }
            known => known,
        });
        let shape = shape.collect();
        let scratch = [self.next(), self.next()];
        let (name, part) = (name.clone(), Box::new(part.clone()));
        let (network, sizes, label) = (part.with_element(), part_list(&name), name.to_string());
        self.rules.push(quote! {
            if let ::core::option::Option::Some(#RULE) = #NETWORK::broken::<#network>(#label, #sizes) {
                return ::core::option::Option::Some(#RULE);
            }
        });
        self.calculated.push(Calculation::Part(PartSizes { name, part, input, output: places, scratch }));
        shape
    }

    /// A rule that a part gives the shape that the network goes on with.
    pub(super) fn part_gives(&mut self, name: &Ident, part: &Part, output: &Shape) {
        let (network, sizes, label) = (part.with_element(), part_list(name), name.to_string());
        let output = output.iter().map(Dimension::tokens);
        self.rules.push(quote! {
            if let ::core::option::Option::Some(#RULE) = #NETWORK::gives_other::<#network>(#label, #sizes, &[#(#output),*]) {
                return ::core::option::Option::Some(#RULE);
            }
        });
    }

    /// A condition on sizes, and what to say where it does not hold.
    pub(super) fn rule(&mut self, condition: &TokenStream, message: &Message) {
        let text = message.description();
        self.rules.push(quote!(if !(#condition) { return ::core::option::Option::Some(#text); }));
    }
}

/// What the sizes of a part are called in generated code.
pub(crate) fn part_list(name: &Ident) -> Ident {
    names::local("sizes", &name.to_string())
}
