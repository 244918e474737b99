//! What the sizes in a layer's type must be for the layer to mean anything, whoever has written the type.
//!
//! The `network!` macro writes no type that these refuse. A type written by hand that they refuse does not compile: the constant that asks is
//! evaluated where the layer is made or run, by `cargo build`. What stands for a size that a check has [reported](REPORTED) already passes, so
//! that one mistake makes one error; the kernels ask again, with the sizes that they get.
//!
//! ```
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<3, 3, 1, 1, 1, 1, 1, 1>;
//! let dense: Dense<C<4>, Difference<C<5>, C<3>>> = Dense::new(Init::Zeros, true, rng);
//! let conv: Conv2d<Image, Image, Three, C<2>> = Conv2d::new(Init::Zeros, true, rng);
//! let transposed: ConvTranspose2d<Image, Image, Three, C<2>> = ConvTranspose2d::new(Init::Zeros, true, rng);
//! let table: Embedding<C<5>, C<2>> = Embedding::new(Init::Zeros, rng);
//! let memory: Recurrent<Lstm, C<3>, C<4>, 1, 1> = Recurrent::new(Init::Zeros, rng);
//! let (norm, batch_norm) = (LayerNorm::<C<3>>::new(1e-5), BatchNorm::<C<3>>::new(0.1, 1e-5));
//! let tied = TiedDense::<C<3>, C<4>>::new(false);
//! let (rbm, hopfield): (Rbm<C<4>, C<3>>, Hopfield<C<4>>) = (Rbm::new(Init::Zeros, rng), Hopfield::zeros());
//! let machine: Boltzmann<C<4>, C<0>> = Boltzmann::new(Init::Zeros, rng);
//! let (x, mut y) = ([0.0; 144], [0.0; 144]);
//! let pool = MaxPool2d::<Image, Image, Three>::new();
//! pool.forward(View::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1));
//! ```
//!
//! The same with other numbers:
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let dense: Dense<C<4>, Difference<C<3>, C<5>>> = Dense::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! // The product is 0 in 64 bits.
//! let dense: Dense<C<{ 1 << 32 }>, C<{ 1 << 32 }>> = Dense::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<3, 3, 1, 0, 1, 1, 1, 1>;
//! let conv: Conv2d<Image, Image, Three, C<2>> = Conv2d::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<0, 3, 1, 1, 1, 1, 1, 1>;
//! let conv: Conv2d<Image, Image, Three, C<2>> = Conv2d::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<3, 3, 1, 1, 1, 1, 1, 0>;
//! let transposed: ConvTranspose2d<Image, Image, Three, C<2>> = ConvTranspose2d::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<3, 3, 2, 2, 1, 1, 1, 1>;
//! // Three windows to a side, not six.
//! let conv: Conv2d<Image, Image, Three, C<2>> = Conv2d::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<3, 3, 1, 1, 1, 1, 1, 1>;
//! let conv: Conv2d<Image, Image, Three, C<3>> = Conv2d::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<3, 3, 1, 1, 1, 1, 1, 1>;
//! type Long = (C<1>, C<{ 1 << 60 }>, C<16>);
//! let conv: Conv2d<Image, Long, Three> = Conv2d::new(Init::Zeros, true, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let table: Embedding<C<0>, C<2>> = Embedding::new(Init::Zeros, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let memory: Recurrent<Lstm, C<3>, C<{ 1 << 31 }>, 1, 1> = Recurrent::new(Init::Zeros, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let norm = LayerNorm::<Difference<C<1>, C<2>>>::new(1e-5);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let batch_norm = BatchNorm::<C<{ usize::MAX }>>::new(0.1, 1e-5);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let tied = TiedDense::<C<0>, C<4>>::new(false);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let (rbm, hopfield): (Rbm<C<4>, C<0>>, Hopfield<C<4>>) = (Rbm::new(Init::Zeros, rng), Hopfield::zeros());
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let (rbm, hopfield): (Rbm<C<4>, C<3>>, Hopfield<C<{ 1 << 33 }>>) = (Rbm::new(Init::Zeros, rng), Hopfield::zeros());
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let machine: Boltzmann<C<{ 1 << 32 }>, C<0>> = Boltzmann::new(Init::Zeros, rng);
//! ```
//!
//! ```compile_fail
//! # use plumbline::{Const as C, energy::*, layers::*, network::abi::{View, ViewMut}, shape::Difference};
//! # use rand::{SeedableRng, rngs::StdRng};
//! # let rng = &mut StdRng::seed_from_u64(1);
//! type Image = (C<4>, C<6>, C<6>);
//! type Three = Window<3, 3, 1, 1, 3, 1, 1, 1>;
//! // The first window has no element of the image.
//! let (x, mut y) = ([0.0; 144], [0.0; 144]);
//! let pool = MaxPool2d::<Image, Image, Three>::new();
//! pool.forward(View::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1));
//! ```

use crate::{
    Shape,
    check::{LARGEST, Piece, REPORTED, fail, is_size, product, span},
    layers::WindowSizes,
    shape::FREE,
};

use Piece::{Shape as Sizes, Size, Text};

/// A size of at least 1.
const fn counts(size: usize) -> bool {
    size == REPORTED || is_size(size) && size > 0
}

/// Asks that a parameter of these sizes has numbers, and no more than a shape may have.
pub(crate) const fn parameter(what: &'static str, sizes: &'static [usize]) {
    let (mut index, mut fits) = (0, true);
    while index < sizes.len() {
        fits &= counts(sizes[index]);
        index += 1;
    }
    let numbers = product(sizes);
    if !fits || !(is_size(numbers) || numbers == REPORTED) {
        fail(&[
            Text("expected sizes of at least 1, with a product of at most "),
            Size(LARGEST),
            Text(", for "),
            Text(what),
            Text(", found `"),
            Sizes(sizes),
            Text("`"),
        ])
    }
}

/// Asks that values have this many axes, each of at least 1 or free, and no more numbers than a shape may have.
pub(super) const fn values<S: Shape>(what: &'static str, axes: usize) {
    let (sizes, mut index) = (S::DIMS, 0);
    let mut fits = sizes.len() == axes;
    while index < sizes.len() {
        fits &= counts(sizes[index]) || sizes[index] == FREE;
        index += 1;
    }
    let numbers = product(sizes);
    if !fits || !(is_size(numbers) || numbers == REPORTED || numbers == FREE) {
        fail(&[
            Text("expected "),
            Size(axes),
            Text(" axes of sizes of at least 1, with a product of at most "),
            Size(LARGEST),
            Text(", for "),
            Text(what),
            Text(", found `"),
            Sizes(sizes),
            Text("`"),
        ])
    }
}

/// Asks that an axis of values has the size that a layer takes or gives there. The axes are as many as `axes` says, or any where that is 0.
pub(super) const fn axis<S: Shape>(layer: &'static str, axes: usize, axis: usize, size: usize) {
    let sizes = S::DIMS;
    let fits = axis < sizes.len() && (sizes[axis] == size || size == REPORTED || sizes[axis] == REPORTED);
    if !fits || axes > 0 && sizes.len() != axes {
        fail(&[
            Text("expected "),
            Size(size),
            Text(" as the size of axis "),
            Size(axis),
            Text(" of what "),
            Text(layer),
            Text(" takes or gives, found `"),
            Sizes(sizes),
            Text("`"),
        ])
    }
}

/// Asks that a window has elements and moves.
pub(super) const fn window<W: WindowSizes>(layer: &'static str) {
    let mut axis = 0;
    while axis < 2 {
        let moves = counts(W::KERNEL[axis]) && counts(W::STRIDE[axis]) && counts(W::DILATION[axis]);
        if !moves || !(is_size(W::PADDING[axis]) || W::PADDING[axis] == REPORTED) {
            fail(&[
                Text("expected a window of "),
                Text(layer),
                Text(
                    " whose kernel, stride and dilation are at least 1 and whose padding is at least 0, found kernel ",
                ),
                Size(W::KERNEL[axis]),
                Text(", stride "),
                Size(W::STRIDE[axis]),
                Text(", dilation "),
                Size(W::DILATION[axis]),
                Text(", padding "),
                Size(W::PADDING[axis]),
            ])
        }
        axis += 1;
    }
}

/// Whether all of these are sizes, so that what is calculated of them is no marker.
const fn known(sizes: &[usize]) -> bool {
    let (mut index, mut known) = (0, true);
    while index < sizes.len() {
        known &= is_size(sizes[index]);
        index += 1;
    }
    known
}

/// Asks that a convolution from images of the shape `In` gives no more positions than its window has on them, where the padding behind the last
/// pixel is that before the first or one more, as `same` padding has it.
pub(super) const fn convolves<In: Shape, Out: Shape, W: WindowSizes>(layer: &'static str) {
    values::<In>(layer, 3);
    values::<Out>(layer, 3);
    window::<W>(layer);
    let mut axis = 0;
    while axis < 2 {
        let (input, output) = (In::DIMS[axis + 1], Out::DIMS[axis + 1]);
        let spans = span(W::KERNEL[axis], W::DILATION[axis]);
        if known(&[input, output, spans, W::STRIDE[axis], W::PADDING[axis]]) {
            let reach = (output as u128 - 1) * W::STRIDE[axis] as u128 + spans as u128;
            if reach > input as u128 + 2 * W::PADDING[axis] as u128 + 1 {
                misfit(layer, input, output, W::KERNEL[axis], W::STRIDE[axis], W::PADDING[axis])
            }
        }
        axis += 1;
    }
}

/// Asks that each window of a pooling layer has an element of the image.
pub(super) const fn pools<In: Shape, Out: Shape, W: WindowSizes>(layer: &'static str) {
    bins::<In, Out>(layer);
    window::<W>(layer);
    let mut axis = 0;
    while axis < 2 {
        let (input, output) = (In::DIMS[axis + 1], Out::DIMS[axis + 1]);
        if known(&[input, output, W::KERNEL[axis], W::STRIDE[axis], W::PADDING[axis]]) {
            let last = (output as u128 - 1) * W::STRIDE[axis] as u128;
            if W::PADDING[axis] >= W::KERNEL[axis] || last >= input as u128 + W::PADDING[axis] as u128 {
                misfit(layer, input, output, W::KERNEL[axis], W::STRIDE[axis], W::PADDING[axis])
            }
        }
        axis += 1;
    }
}

/// Asks that a pooling layer takes and gives images of equally many channels.
pub(super) const fn bins<In: Shape, Out: Shape>(layer: &'static str) {
    values::<In>(layer, 3);
    values::<Out>(layer, 3);
    if In::DIMS[0] != Out::DIMS[0] {
        fail(&[
            Text("expected "),
            Text(layer),
            Text(" to give as many channels as it takes, found `"),
            Sizes(In::DIMS),
            Text("` to `"),
            Sizes(Out::DIMS),
            Text("`"),
        ])
    }
}

const fn misfit(layer: &'static str, input: usize, output: usize, kernel: usize, stride: usize, padding: usize) -> ! {
    fail(&[
        Text("expected windows of "),
        Text(layer),
        Text(" that lie on its image, found "),
        Size(output),
        Text(" of them on an axis of "),
        Size(input),
        Text(", with kernel "),
        Size(kernel),
        Text(", stride "),
        Size(stride),
        Text(", padding "),
        Size(padding),
    ])
}

/// Asks that groups divide the channels that a convolution takes and gives.
pub(super) const fn groups(layer: &'static str, groups: usize, takes: usize, gives: usize) {
    if !counts(groups)
        || known(&[groups, takes, gives]) && !(takes.is_multiple_of(groups) && gives.is_multiple_of(groups))
    {
        fail(&[
            Text("expected groups of "),
            Text(layer),
            Text(" that divide its channels, found "),
            Size(groups),
            Text(" groups of "),
            Size(takes),
            Text(" channels to "),
            Size(gives),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::BELOW_ZERO,
        layers::Window,
        shape::{Const, Free},
    };

    /// The message of the panic.
    fn refused(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
        let reason = std::panic::catch_unwind(f).expect_err("it went through");
        *reason.downcast::<String>().expect("a message")
    }

    type Image<const C: usize, const H: usize, const W: usize> = (Const<C>, Const<H>, Const<W>);

    #[test]
    fn sizes_without_a_value_and_of_too_many_numbers_are_named() {
        parameter("it", &[4, 3]);
        parameter("it", &[REPORTED, 3]);
        let expected = |found: &str| {
            format!(
                "expected sizes of at least 1, with a product of at most 4294967296, for the weight, found `{found}`"
            )
        };
        assert_eq!(refused(|| parameter("the weight", &[BELOW_ZERO, 4])), expected("[below zero, 4]"));
        assert_eq!(refused(|| parameter("the weight", &[0, 4])), expected("[0, 4]"));
        assert_eq!(refused(|| parameter("the weight", &[FREE])), expected("[_]"));
        // As many numbers as take up 2⁶⁴ bytes, which wrap around to none.
        assert_eq!(refused(|| parameter("the weight", &[1 << 31, 1 << 31])), expected("[2147483648, 2147483648]"));
        assert_eq!(refused(|| parameter("the weight", &[1 << 31, 1 << 33])), expected("[2147483648, 8589934592]"));
    }

    #[test]
    fn windows_that_do_not_move_or_do_not_fit_are_named() {
        type Good = Window<3, 3, 1, 1, 1, 1, 1, 1>;
        convolves::<Image<1, 6, 6>, Image<9, 6, 6>, Good>("it");
        convolves::<(Const<1>, Free, Free), (Const<9>, Free, Free), Good>("it");
        // `same` padding of a kernel of 4 is 1 before and 2 behind.
        convolves::<Image<1, 6, 6>, Image<1, 6, 6>, Window<4, 4, 1, 1, 1, 1, 1, 1>>("it");
        pools::<Image<1, 6, 6>, Image<1, 6, 6>, Good>("it");
        assert_eq!(
            refused(|| window::<Window<3, 3, 1, 0, 1, 1, 1, 1>>("a convolution")),
            "expected a window of a convolution whose kernel, stride and dilation are at least 1 and whose padding is at least 0, found kernel \
             3, stride 0, dilation 1, padding 1"
        );
        assert_eq!(
            refused(|| convolves::<Image<1, 6, 6>, Image<1, 6, 9>, Good>("a convolution")),
            "expected windows of a convolution that lie on its image, found 9 of them on an axis of 6, with kernel 3, stride 1, padding 1"
        );
        assert_eq!(
            refused(|| pools::<Image<1, 6, 6>, Image<1, 6, 6>, Window<3, 3, 1, 1, 3, 1, 1, 1>>("a pooling layer")),
            "expected windows of a pooling layer that lie on its image, found 6 of them on an axis of 6, with kernel 3, stride 1, padding 3"
        );
        assert_eq!(
            refused(|| bins::<Image<1, 6, 6>, Image<2, 3, 3>>("a pooling layer")),
            "expected a pooling layer to give as many channels as it takes, found `[1, 6, 6]` to `[2, 3, 3]`"
        );
        assert_eq!(
            refused(|| values::<(Const<4>,)>("a pooling layer", 3)),
            "expected 3 axes of sizes of at least 1, with a product of at most 4294967296, for a pooling layer, found `[4]`"
        );
        axis::<(Free, Const<4>)>("it", 2, 1, 4);
        assert_eq!(
            refused(|| axis::<(Free, Const<3>)>("`LayerNorm`", 0, 1, 4)),
            "expected 4 as the size of axis 1 of what `LayerNorm` takes or gives, found `[_, 3]`"
        );
        refused(|| axis::<(Free, Const<3>)>("it", 3, 1, 3));
        refused(|| axis::<(Free, Const<3>)>("it", 0, 2, 3));
        groups("it", 2, 4, 6);
        assert_eq!(
            refused(|| groups("a convolution", 4, 4, 6)),
            "expected groups of a convolution that divide its channels, found 4 groups of 4 channels to 6"
        );
        refused(|| groups("a convolution", 0, 4, 6));
    }
}
