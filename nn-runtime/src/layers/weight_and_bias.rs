//! The parameters of layers that hold a weight and a bias.

/// `Parameters` for a layer whose `slices` and `slices_mut` give the numbers of its weight and its bias, in PyTorch's order. An
/// empty bias is none.
macro_rules! weight_and_bias {
    (impl<$($parameter:ident: $bound:ident),*> for $layer:ident, $weight:expr, $bias:expr) => {
        impl<$($parameter: $bound,)* E: $crate::Element> $crate::network::Parameters<E> for $layer<$($parameter,)* E> {
            fn tensors(&self) -> usize {
                self.slices().iter().filter(|values| !values.is_empty()).count()
            }

            fn tensor(&self, index: usize) -> $crate::network::Tensor<'_, E> {
                let (name, shape, values) = match (index, self.slices()) {
                    (0, [weight, _]) => ("weight", $weight, weight),
                    (1, [_, bias]) if !bias.is_empty() => ("bias", $bias, bias),
                    _ => panic!("a parameter's index is below the number of parameters"),
                };
                $crate::network::Tensor::new(name, shape, values)
            }

            fn tensor_mut(&mut self, index: usize) -> $crate::network::TensorMut<'_, E> {
                let (name, shape, values) = match (index, self.slices_mut()) {
                    (0, [weight, _]) => ("weight", $weight, weight),
                    (1, [_, bias]) if !bias.is_empty() => ("bias", $bias, bias),
                    _ => panic!("a parameter's index is below the number of parameters"),
                };
                $crate::network::TensorMut::new(name, shape, values)
            }
        }
    };
}

pub(super) use weight_and_bias;
