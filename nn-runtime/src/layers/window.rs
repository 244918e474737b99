//! The window that convolutions and pooling layers move over an image.

use std::marker::PhantomData;

use crate::Shape;

/// A window's kernel size, stride, padding before the first row and column, and dilation, vertical and horizontal. The padding behind
/// the last follows from a layer's output shape. It is a type that has no values.
///
/// ```
/// use plumbline::layers::{Window, WindowSizes};
/// type Five = Window<5, 5, 1, 1, 2, 2, 1, 1>;
/// assert_eq!((Five::KERNEL, Five::PADDING), ([5, 5], [2, 2]));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Window<
    const KH: usize,
    const KW: usize,
    const SH: usize,
    const SW: usize,
    const PT: usize,
    const PL: usize,
    const DH: usize,
    const DW: usize,
> {}

/// The sizes in a [`Window`], vertical and horizontal.
///
/// ```
/// use plumbline::layers::{Window, WindowSizes};
/// fn taps<W: WindowSizes>() -> usize { W::KERNEL[0] * W::KERNEL[1] }
/// assert_eq!(taps::<Window<3, 2, 1, 1, 0, 0, 1, 1>>(), 6);
/// ```
pub trait WindowSizes: 'static + Send + Sync {
    /// The kernel's size.
    const KERNEL: [usize; 2];
    /// Pixels from one position of the window to the next.
    const STRIDE: [usize; 2];
    /// Pixels that the first position reaches beyond the image.
    const PADDING: [usize; 2];
    /// Pixels from one element of the kernel to the next.
    const DILATION: [usize; 2];
    /// Whether a convolution turns its kernel around in both axes: see [`Flipped`].
    const FLIPPED: bool = false;
}

impl<
    const KH: usize,
    const KW: usize,
    const SH: usize,
    const SW: usize,
    const PT: usize,
    const PL: usize,
    const DH: usize,
    const DW: usize,
> WindowSizes for Window<KH, KW, SH, SW, PT, PL, DH, DW>
{
    const KERNEL: [usize; 2] = [KH, KW];
    const STRIDE: [usize; 2] = [SH, SW];
    const PADDING: [usize; 2] = [PT, PL];
    const DILATION: [usize; 2] = [DH, DW];
}

/// The window `W` of a convolution whose kernel is turned around in both axes, as the definition of convolution has it: the window's element
/// (h, w) meets W (o, c, kernel height − 1 − h, kernel width − 1 − w). What is learned, read and saved is the kernel as it is written.
///
/// ```
/// use plumbline::{Const, layers::{Conv1d, Flipped, Identity, Init, Window}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// type In = (Const<1>, Const<1>, Const<5>);
/// type Out = (Const<1>, Const<1>, Const<4>);
/// let mut conv = Conv1d::<In, Out, Flipped<Window<1, 2, 1, 1, 0, 0, 1, 1>>, Const<1>, f64>::new(
///     Init::Zeros, false, &mut StdRng::seed_from_u64(42));
/// conv.weight_mut().assign(&ndarray::array![[[1.0, 2.0]]]);
/// let mut y = [0.0; 4];
/// conv.forward(View::new(&[1.0, 2.0, 3.0, 4.0, 5.0], 1, 1), ViewMut::new(&mut y, 1, 1), Identity);
/// assert_eq!(y, [4.0, 7.0, 10.0, 13.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Flipped<W>(PhantomData<fn(W)>);

impl<W: WindowSizes> WindowSizes for Flipped<W> {
    const KERNEL: [usize; 2] = W::KERNEL;
    const STRIDE: [usize; 2] = W::STRIDE;
    const PADDING: [usize; 2] = W::PADDING;
    const DILATION: [usize; 2] = W::DILATION;
    const FLIPPED: bool = !W::FLIPPED;
}

/// A [`Window`] whose sizes are pairs of dimensions, for networks that are generic over dimensions and calculate with them.
///
/// ```
/// use plumbline::{Const, layers::{WindowOf, WindowSizes}, shape::Quotient};
/// type Half = Quotient<Const<5>, Const<2>>;
/// type One = (Const<1>, Const<1>);
/// type Five = WindowOf<(Const<5>, Const<5>), One, (Half, Half), One>;
/// assert_eq!((Five::KERNEL, Five::PADDING), ([5, 5], [2, 2]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WindowOf<K, S, P, D>(PhantomData<fn(K, S, P, D)>);

/// The sizes of a pair of dimensions.
const fn pair<P: Shape>() -> [usize; 2] {
    assert!(P::DIMS.len() == 2, "a window has a vertical and a horizontal size");
    [P::DIMS[0], P::DIMS[1]]
}

impl<K: Shape, S: Shape, P: Shape, D: Shape> WindowSizes for WindowOf<K, S, P, D> {
    const KERNEL: [usize; 2] = pair::<K>();
    const STRIDE: [usize; 2] = pair::<S>();
    const PADDING: [usize; 2] = pair::<P>();
    const DILATION: [usize; 2] = pair::<D>();
}
