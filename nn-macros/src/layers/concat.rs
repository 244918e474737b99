//! `concat`: two or more values that are equal but for one axis → one after the other along it.

use super::{Arguments, Layer, Lengths, Row, Rule, Sources};
use crate::context::{Folded, Scope, Site, Value, fold};
use crate::report::{Argument, Mismatch, compact};
use crate::shape::{Condition, Dimension, Operation, Shape};

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

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        let (first, others) = inputs.split_first()?;
        let (axis, rank) = (self.axis, first.shape.len());
        if axis >= rank {
            scope.faults.add(&site.tokens, Mismatch::Axis { axis, rank });
            return None;
        }
        let mut output = Some(first.shape.clone());
        for other in others {
            let (subject, first_from, other_from) = (site.subject.clone(), first.from.clone(), other.from.clone());
            let (first_shape, other_shape) = (first.shape.clone(), other.shape.clone());
            if other.shape.len() != rank {
                let fault =
                    Mismatch::ConcatRank { flat: flat(first, other), subject, first: first_shape, first_from, other: other_shape, other_from };
                scope.faults.add(&site.tokens, fault);
                output = None;
                continue;
            }
            let pairs = first.shape.iter().zip(&other.shape).enumerate().filter(|(at, _)| *at != axis);
            let same = pairs.map(|(_, (a, b))| Condition::Equal(a.clone(), b.clone())).collect();
            let fault =
                Mismatch::Concat { other_axis: other_axis(&first_shape, &other_shape), subject, axis, first: first_shape, first_from, other: other_shape, other_from };
            let answer = scope.ask(&site.tokens, Some(other), &Condition::All(same), fault);
            let before = output.filter(|_| !answer.fails())?;
            let mut joined = Vec::new();
            for (at, (a, b)) in before.iter().zip(&other.shape).enumerate() {
                let pair = [a.clone(), b.clone()];
                joined.push(match at == axis {
                    true => {
                        let what = || format!("axis {axis} of what `{}` gives", site.subject);
                        scope.calculate(&site.tokens, what, Operation::Sum, &pair)?
                    }
                    // Where they differ for certain, that is the fault.
                    false => Operation::Same.of(&pair)?,
                });
            }
            output = Some(joined);
        }
        output
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        if axis == self.axis { Lengths::Mixed } else { Lengths::Kept(axis) }
    }

    fn unify(&self, inputs: &mut [Shape], output: &mut Shape) {
        for shape in inputs {
            let own = std::mem::replace(shape, output.clone()).swap_remove(self.axis);
            shape[self.axis] = own;
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
    fn read(arguments: &mut Arguments) -> Option<Self> {
        let Some(value) = arguments.option("axis") else { return Some(Self { axis: 0 }) };
        match fold(value) {
            Folded::Number(axis) if usize::try_from(axis).is_ok() => {
                usize::try_from(axis).ok().map(|axis| Self { axis })
            }
            folded => {
                let constant = folded == Folded::Constant;
                let fault = Argument::NotAxis { layer: arguments.row.name, found: compact(value), constant };
                arguments.scope.faults.add(value, fault);
                None
            }
        }
    }
}
