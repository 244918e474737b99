//! Kernels that are compiled in this crate, once for each element type: whatever the profile of the crate that calls them, they are optimized.
//!
//! They are methods of the element and not generic functions, which each crate with a network would compile anew.

use crate::kernels::{
    batch_norm::BatchNormalization, conv::Convolutions, draw::Draws, elementwise::Additions, field::Fields,
    four_russians::BinaryProducts, layer_norm::LayerNormalization, layout::Transposes, matmul::Matmul,
    optimizer::Bounds, pool::Pools, recurrent::Recurrences, sites::Sites, softmax::Softmaxes, sum::Reductions,
};

/// All of them.
pub trait Compiled:
    Convolutions
    + Draws
    + Fields
    + Bounds
    + Matmul
    + BatchNormalization
    + LayerNormalization
    + Pools
    + Recurrences
    + Sites
    + Softmaxes
    + BinaryProducts
    + Additions
    + Reductions
    + Transposes
{
}

impl Compiled for f32 {}

impl Compiled for f64 {}

/// A trait of functions, implemented for each element type by the same text, where `Self` is the element.
macro_rules! compiled {
    ($(#[$text:meta])* pub trait $name:ident { $($body:tt)* }) => {
        $crate::kernels::compiled::compiled!(@trait [$(#[$text])*] $name { $($body)* });
        $crate::kernels::compiled::compiled!(@impl f32, $name { $($body)* });
        $crate::kernels::compiled::compiled!(@impl f64, $name { $($body)* });
    };
    (@trait [$($text:tt)*] $name:ident { $(
        $(#[$doc:meta])*
        fn $function:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    )* }) => {
        $($text)*
        pub trait $name: Sized {
            $($(#[$doc])* fn $function($($argument: $type),*) $(-> $result)?;)*
        }
    };
    (@impl $element:ty, $name:ident { $(
        $(#[$doc:meta])*
        fn $function:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    )* }) => {
        impl $name for $element {
            $(fn $function($($argument: $type),*) $(-> $result)? $body)*
        }
    };
}
pub(super) use compiled;
