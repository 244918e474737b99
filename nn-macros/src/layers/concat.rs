//! `concat`: two or more values that are equal but for one axis → one after the other along it.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Arguments, Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Sources, Work, Write};
use crate::context::{Folded, Scope, Site, Value, fold};
use crate::names::{LAYERS, NETWORK, OFFSETS};
use crate::report::{Argument, Mismatch, compact, Reported};
use crate::shape::{Condition, Dimension, Operation, Shape, types};

/// Its sources, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Concat {
    /// Counted without the batch axis.
    pub(crate) axis: usize,
}

impl Rule for Concat {
    const ROWS: &'static [Row] = &[Row {
        name: "concat",
        call: "concat(axis = 0)",
        options: &["axis"],
        sources: Sources::Several,
        read: |arguments| Self::read(arguments).map(Layer::Concat),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let (first, others) = (&inputs[0], &inputs[1..]);
        let (axis, rank) = (self.axis, first.shape.len());
        if axis >= rank {
            return Err(scope.faults.add(&site.tokens, Mismatch::Axis { axis, rank }));
        }
        let mut output = Ok(first.shape.clone());
        for other in others {
            let subject = || site.subject.clone();
            let received = || (first.received(), other.received());
            if other.shape.len() != rank {
                let (subject, (first, other), flat) = (subject(), received(), flat(first, other));
                let fault = Mismatch::ConcatRank { subject, first, other, flat };
                output = Err(scope.faults.add(&site.tokens, fault));
                continue;
            }
            let pairs = first.shape.iter().zip(&other.shape).enumerate().filter(|(at, _)| *at != axis);
            let same = pairs.map(|(_, (a, b))| Condition::Equal(a.clone(), b.clone())).collect();
            let fault = || {
                let other_axis = other_axis(&first.shape, &other.shape);
                let (subject, (first, other)) = (subject(), received());
                Mismatch::Concat { subject, axis, first, other, other_axis }
            };
            let answer = scope.ask(&site.tokens, Some(other), &Condition::All(same), fault);
            answer.holds()?;
            let before = output?;
            let mut joined = Vec::new();
            for (at, (a, b)) in before.iter().zip(&other.shape).enumerate() {
                let pair = [a.clone(), b.clone()];
                let what = || format!("axis {at} of what `{}` gives", site.subject);
                let operation = if at == axis { Operation::Sum } else { Operation::Same };
                joined.push(scope.calculate(&site.tokens, what, operation, &pair)?);
            }
            output = Ok(joined);
        }
        output
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        if axis == self.axis { Lengths::Mixed } else { Lengths::Kept(axis) }
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        if axis == self.axis { Reach::Everything } else { Reach::Same(axis) }
    }

    fn unify(&self, inputs: &mut [Shape], output: &mut Shape) {
        for shape in inputs {
            let own = std::mem::replace(shape, output.clone()).swap_remove(self.axis);
            shape[self.axis] = own;
        }
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Neither), layout: Layout::ByRank, model: None, output: OutputKind::Same }
    }
}

impl Calls for Concat {
    fn forward(&self, call: &Call) -> TokenStream {
        let (offsets, each) = self.offsets(call);
        let (inputs, y, axis) = (&call.inputs, &call.output, types::count(self.axis));
        let layer = quote!(#LAYERS::Concat::<#axis>);
        let calls = quote!(#(#layer::put(#inputs, #y, #each);)*);
        if offsets.is_some() { quote!({ #offsets #calls }) } else { calls }
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let ((shared, each), axis, d) = (self.offsets(call), types::count(self.axis), gradient.read.clone());
        let calls = each.into_iter().map(|offset| -> Write<'a> {
            let (axis, d) = (axis.clone(), d.clone());
            Box::new(move |d_x| quote!(#LAYERS::Concat::<#axis>::take(#d, #d_x, #offset);))
        });
        Backward::Each { shared, calls: calls.collect() }
    }
}

impl Concat {
    /// Where each source begins along the axis; before that, what these expressions need where the macro does not know them.
    fn offsets(&self, call: &Call) -> (Option<TokenStream>, Vec<TokenStream>) {
        let sizes: Vec<&Dimension> = call.shapes.iter().map(|shape| &shape[self.axis]).collect();
        let known = sizes.iter().try_fold((Vec::new(), 0_u64), |(mut known, before), size| {
            known.push(types::size(&Dimension::Literal(before)));
            Some((known, before.checked_add(size.literal()?)?))
        });
        match known {
            Some((known, _)) => (None, known),
            None => {
                let places = (0..sizes.len()).map(types::count);
                let each = places.map(|place| quote!(#OFFSETS[#place])).collect();
                let sizes = sizes.into_iter().map(types::size);
                (Some(quote!(let #OFFSETS = #NETWORK::offsets([#(#sizes),*]);)), each)
            }
        }
    }
}

/// What `flatten` makes of the image, where the other is a vector.
fn flat(first: &Value, other: &Value) -> Option<(String, Dimension)> {
    let image = match (first.shape.len(), other.shape.len()) {
        (1, _) => other,
        (_, 1) => first,
        _ => return None,
    };
    Operation::Product.of(&image.shape).map(|flat| (image.from.clone(), flat))
}

/// The one axis in which two shapes differ, where the macro knows it.
fn other_axis(first: &Shape, other: &Shape) -> Option<usize> {
    let mut differing = (0..first.len()).filter(|&axis| first[axis] != other[axis]);
    let axis = differing.next().filter(|&axis| first[axis].literal().is_some() && other[axis].literal().is_some())?;
    differing.next().is_none().then_some(axis)
}

impl Concat {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let Some(value) = arguments.option("axis") else { return Ok(Self { axis: 0 }) };
        match fold(value) {
            Folded::Number(axis) if let Ok(axis) = usize::try_from(axis) => Ok(Self { axis }),
            folded => {
                let constant = folded == Folded::Constant;
                let fault = Argument::NotAxis { layer: arguments.row.name, found: compact(value), constant };
                Err(arguments.scope.faults.add(value, fault))
            }
        }
    }
}
