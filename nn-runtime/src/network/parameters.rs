//! The numbers that a network keeps, by name: its parameters, and the buffers of some layers.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use ndarray::{ArrayViewD, ArrayViewMutD, IxDyn};

use crate::Element;

/// The name of a parameter: the names of the layers that hold it and its own, joined by dots as in PyTorch.
///
/// ```
/// use plumbline::network::Name;
/// assert_eq!(Name::new("weight").within("conv1").to_string(), "conv1.weight");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Innermost first.
    path: [&'static str; Name::DEPTH],
    length: usize,
}

impl Name {
    /// The levels that a name has room for; those further out share the last.
    const DEPTH: usize = 8;

    /// A layer's own name for a parameter.
    pub fn new(parameter: &'static str) -> Self {
        let mut path = [""; Name::DEPTH];
        path[0] = parameter;
        Name { path, length: 1 }
    }

    /// The name as seen from outside the layer `layer`.
    #[must_use]
    pub fn within(mut self, layer: &'static str) -> Self {
        if self.length < Name::DEPTH {
            self.path[self.length] = layer;
            self.length += 1;
        } else {
            self.path[Name::DEPTH - 1] = joined(layer, self.path[Name::DEPTH - 1]);
        }
        self
    }
}

/// Two levels of a name as one, `outer.inner`. Each pair is kept once for the rest of the program, since a name borrows from nobody; programs have
/// as many as their types have levels.
fn joined(outer: &'static str, inner: &'static str) -> &'static str {
    static JOINED: Mutex<BTreeMap<(&str, &str), &str>> = Mutex::new(BTreeMap::new());
    let mut joined = JOINED.lock().unwrap_or_else(PoisonError::into_inner);
    joined.entry((outer, inner)).or_insert_with(|| Box::leak(format!("{outer}.{inner}").into_boxed_str()))
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.path[..self.length].iter().rev().enumerate() {
            write!(f, "{}{part}", if i == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What changes a tensor in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A parameter: an optimizer's rule, from its gradient.
    Parameter,
    /// A buffer, as PyTorch calls it: what a layer has seen, such as a running mean, saved with the parameters. Nothing that is done to gradients concerns
    /// it: it has none, and [`Trainable::update_buffers`](crate::Trainable::update_buffers) moves it.
    Buffer,
}

/// What the numbers of a tensor must be to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing: any numbers do.
    Unrestricted,
    /// A square matrix equal to its transpose, with zeros on the diagonal: couplings between units that act both ways, and none of a unit with
    /// itself. Gradients of it have the same form, so that an optimizer, which changes each number by its own gradient, keeps it; a file with
    /// other numbers is refused.
    Symmetric,
}

impl Form {
    /// The place in row-major order of the first of `values`, a tensor of shape `shape`, that keeps them from having this form. NaN is none: it is
    /// no fault of the form.
    ///
    /// ```
    /// use plumbline::network::Form;
    /// assert_eq!(Form::Symmetric.fault(&[2, 2], &[0.0, 1.0, 1.0, 0.0]), None);
    /// assert_eq!(Form::Symmetric.fault(&[2, 2], &[0.0, 1.0, 2.0, 0.0]), Some(1));
    /// assert_eq!(Form::Symmetric.fault(&[2, 2], &[0.0, 1.0, 1.0, 3.0]), Some(3));
    /// ```
    pub fn fault<E: Element>(self, shape: &[usize], values: &[E]) -> Option<usize> {
        let width = match self {
            Form::Unrestricted => return None,
            Form::Symmetric => shape.last().copied().unwrap_or(0),
        };
        (0..values.len()).find(|&place| {
            let (i, j) = (place / width, place % width);
            let expected = if i == j { E::zero() } else { values[j * width + i] };
            values[place] != expected && !values[place].is_nan()
        })
    }
}

/// A parameter: its name, its shape in PyTorch's layout, its numbers in row-major order.
///
/// ```
/// use plumbline::network::{Role, Tensor};
/// let tensor = Tensor::new("weight", &[2], &[0.5, 1.0]);
/// assert_eq!((tensor.name.to_string().as_str(), tensor.role), ("weight", Role::Parameter));
/// assert_eq!(Tensor::buffer("running_mean", &[1], &[0.0]).role, Role::Buffer);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tensor<'a, E> {
    /// The name.
    pub name: Name,
    /// What changes it.
    pub role: Role,
    /// What its numbers must be to one another.
    pub form: Form,
    /// The shape.
    pub shape: &'a [usize],
    /// The numbers.
    pub values: &'a [E],
}

impl<'a, E: Element> Tensor<'a, E> {
    /// A parameter that is learned, under a layer's own name for it.
    pub fn new(name: &'static str, shape: &'a [usize], values: &'a [E]) -> Self {
        Tensor { name: Name::new(name), role: Role::Parameter, form: Form::Unrestricted, shape, values }
    }

    /// The same with the form [`Form::Symmetric`].
    #[must_use]
    pub fn symmetric(self) -> Self {
        Tensor { form: Form::Symmetric, ..self }
    }

    /// A buffer, under a layer's own name for it.
    pub fn buffer(name: &'static str, shape: &'a [usize], values: &'a [E]) -> Self {
        Tensor { role: Role::Buffer, ..Tensor::new(name, shape, values) }
    }

    /// The parameter as an array.
    pub fn to_array(&self) -> ArrayViewD<'a, E> {
        ArrayViewD::from_shape(IxDyn(self.shape), self.values).expect("a parameter fills its shape")
    }
}

/// A parameter to change.
#[derive(Debug)]
pub struct TensorMut<'a, E> {
    /// The name.
    pub name: Name,
    /// What changes it.
    pub role: Role,
    /// What its numbers must be to one another.
    pub form: Form,
    /// The shape.
    pub shape: &'a [usize],
    /// The numbers.
    pub values: &'a mut [E],
}

impl<'a, E: Element> TensorMut<'a, E> {
    /// A parameter that is learned, under a layer's own name for it.
    pub fn new(name: &'static str, shape: &'a [usize], values: &'a mut [E]) -> Self {
        TensorMut { name: Name::new(name), role: Role::Parameter, form: Form::Unrestricted, shape, values }
    }

    /// The same with the form [`Form::Symmetric`].
    #[must_use]
    pub fn symmetric(self) -> Self {
        TensorMut { form: Form::Symmetric, ..self }
    }

    /// A buffer, under a layer's own name for it.
    pub fn buffer(name: &'static str, shape: &'a [usize], values: &'a mut [E]) -> Self {
        TensorMut { role: Role::Buffer, ..TensorMut::new(name, shape, values) }
    }

    /// The parameter as an array to change.
    pub fn into_array(self) -> ArrayViewMutD<'a, E> {
        ArrayViewMutD::from_shape(IxDyn(self.shape), self.values).expect("a parameter fills its shape")
    }
}

/// Something with parameters: a layer or a network.
///
/// Parameters are numbered from 0 in the order of declaration, so that an optimizer can walk a network and its
/// gradients side by side without allocating.
pub trait Parameters<E> {
    /// How many parameters (tensors) there are.
    fn tensors(&self) -> usize;

    /// The parameter `index`.
    ///
    /// # Panics
    ///
    /// Where `index` is not below [`Parameters::tensors`].
    fn tensor(&self, index: usize) -> Tensor<'_, E>;

    /// The parameter `index`, to change.
    ///
    /// # Panics
    ///
    /// Where `index` is not below [`Parameters::tensors`].
    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E>;

    /// All parameters in order, buffers among them: `for tensor in net.parameters() { … }`.
    fn parameters<'a>(&'a self) -> impl Iterator<Item = Tensor<'a, E>>
    where
        Self: Sized,
        E: 'a,
    {
        (0..self.tensors()).map(|index| self.tensor(index))
    }

    /// The parameter of this name, if there is one.
    fn parameter(&self, name: &str) -> Option<Tensor<'_, E>>
    where
        Self: Sized,
    {
        self.parameters().find(|tensor| tensor.name.to_string() == name)
    }

    /// The parameter of this name to change, if there is one.
    fn parameter_mut(&mut self, name: &str) -> Option<TensorMut<'_, E>>
    where
        Self: Sized,
    {
        let index = self.parameters().position(|tensor| tensor.name.to_string() == name)?;
        Some(self.tensor_mut(index))
    }
}

/// The parameter `index` of the layers of a network, in order. Generated code calls this.
pub fn tensor<'a, E>(layers: &[(&'static str, &'a dyn Parameters<E>)], mut index: usize) -> Tensor<'a, E> {
    for (name, layer) in layers {
        if index < layer.tensors() {
            let tensor = layer.tensor(index);
            return Tensor { name: tensor.name.within(name), ..tensor };
        }
        index -= layer.tensors();
    }
    panic!("a parameter's index is below the number of parameters")
}

/// The parameter `index` of the layers of a network, in order, to change. Generated code calls this.
pub fn tensor_mut<'a, E, const N: usize>(
    layers: [(&'static str, &'a mut dyn Parameters<E>); N],
    mut index: usize,
) -> TensorMut<'a, E> {
    for (name, layer) in layers {
        if index < layer.tensors() {
            let tensor = layer.tensor_mut(index);
            return TensorMut { name: tensor.name.within(name), ..tensor };
        }
        index -= layer.tensors();
    }
    panic!("a parameter's index is below the number of parameters")
}
