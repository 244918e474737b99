//! Quotients by zero in every option of every layer, for parts within parts.

use plumbline::prelude::*;

network! {
    pub ConvKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidConvKernel<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvKernel<Q>; }
    pub ConvKernelPair<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = [1, 8 / (P - 1)]); adaptive_avg_pool2d([2, 2]); }
    pub MidConvKernelPair<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvKernelPair<Q>; }
    pub ConvChannels<P>: [2, 9, 9] -> [2] { n: conv2d(8 / (P - 1), kernel = 1); global_avg_pool; f: dense(2); }
    pub MidConvChannels<Q>: [2, 9, 9] -> [2] { part: ConvChannels<Q>; }
    pub ConvStride<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, stride = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidConvStride<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvStride<Q>; }
    pub ConvPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, padding = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidConvPadding<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvPadding<Q>; }
    pub ConvDilation<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 2, dilation = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidConvDilation<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvDilation<Q>; }
    pub ConvDilationK1<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, dilation = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidConvDilationK1<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvDilationK1<Q>; }
    pub ConvSameKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 8 / (P - 1), padding = same); adaptive_avg_pool2d([2, 2]); }
    pub MidConvSameKernel<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvSameKernel<Q>; }
    pub ConvSameDil<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 3, dilation = 8 / (P - 1), padding = same); adaptive_avg_pool2d([2, 2]); }
    pub MidConvSameDil<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvSameDil<Q>; }
    pub ConvGroups<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, groups = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidConvGroups<Q>: [2, 9, 9] -> [2, 2, 2] { part: ConvGroups<Q>; }
    pub Conv1Kernel<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = 8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidConv1Kernel<Q>: [2, 9] -> [2, 2] { part: Conv1Kernel<Q>; }
    pub Conv1Dilation<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = 2, dilation = 8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidConv1Dilation<Q>: [2, 9] -> [2, 2] { part: Conv1Dilation<Q>; }
    pub Conv1Padding<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = 2, padding = 8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidConv1Padding<Q>: [2, 9] -> [2, 2] { part: Conv1Padding<Q>; }
    pub TrKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidTrKernel<Q>: [2, 9, 9] -> [2, 2, 2] { part: TrKernel<Q>; }
    pub TrStride<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, stride = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidTrStride<Q>: [2, 9, 9] -> [2, 2, 2] { part: TrStride<Q>; }
    pub TrPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, padding = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidTrPadding<Q>: [2, 9, 9] -> [2, 2, 2] { part: TrPadding<Q>; }
    pub TrOutpad<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, stride = 2, output_padding = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidTrOutpad<Q>: [2, 9, 9] -> [2, 2, 2] { part: TrOutpad<Q>; }
    pub TrGroups<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, groups = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidTrGroups<Q>: [2, 9, 9] -> [2, 2, 2] { part: TrGroups<Q>; }
    pub Tr1Stride<P>: [2, 9] -> [2, 2] { n: conv_transpose1d(2, kernel = 2, stride = 8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidTr1Stride<Q>: [2, 9] -> [2, 2] { part: Tr1Stride<Q>; }
    pub MaxKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidMaxKernel<Q>: [2, 9, 9] -> [2, 2, 2] { part: MaxKernel<Q>; }
    pub MaxStride<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(2, stride = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidMaxStride<Q>: [2, 9, 9] -> [2, 2, 2] { part: MaxStride<Q>; }
    pub MaxPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(2, padding = 8 / (P - 1)); adaptive_avg_pool2d([2, 2]); }
    pub MidMaxPadding<Q>: [2, 9, 9] -> [2, 2, 2] { part: MaxPadding<Q>; }
    pub AvgKernel<P>: [2, 9] -> [2, 2] { n: avg_pool1d(8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidAvgKernel<Q>: [2, 9] -> [2, 2] { part: AvgKernel<Q>; }
    pub LpKernel<P>: [2, 9] -> [2, 2] { n: lp_pool1d(8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidLpKernel<Q>: [2, 9] -> [2, 2] { part: LpKernel<Q>; }
    pub WavgKernel<P>: [2, 9] -> [2, 2] { n: weighted_avg_pool1d(8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidWavgKernel<Q>: [2, 9] -> [2, 2] { part: WavgKernel<Q>; }
    pub Adaptive<P>: [2, 9, 9] -> [2, 2, 2] { n: adaptive_max_pool2d([8 / (P - 1), 2]); adaptive_avg_pool2d([2, 2]); }
    pub MidAdaptive<Q>: [2, 9, 9] -> [2, 2, 2] { part: Adaptive<Q>; }
    pub Adaptive1<P>: [2, 9] -> [2, 2] { n: adaptive_avg_pool1d(8 / (P - 1)); adaptive_avg_pool1d(2); }
    pub MidAdaptive1<Q>: [2, 9] -> [2, 2] { part: Adaptive1<Q>; }
    pub Dense<P>: [9] -> [2] { n: dense(8 / (P - 1)); f: dense(2); }
    pub MidDense<Q>: [9] -> [2] { part: Dense<Q>; }
    pub DenseSteps<P>: [3, 9] -> [2] { n: dense(8 / (P - 1), each_step = true); last; f: dense(2); }
    pub MidDenseSteps<Q>: [3, 9] -> [2] { part: DenseSteps<Q>; }
    pub Reshape<P>: [8] -> [2] { n: reshape([8 / (P - 1), 2]); flatten; f: dense(2); }
    pub MidReshape<Q>: [8] -> [2] { part: Reshape<Q>; }
    pub Repeat<P>: [8] -> [2] { n: repeat(8 / (P - 1)); last; f: dense(2); }
    pub MidRepeat<Q>: [8] -> [2] { part: Repeat<Q>; }
    pub EmbeddingV<P>: [8] -> [2] { n: embedding(8 / (P - 1), 3); last; f: dense(2); }
    pub MidEmbeddingV<Q>: [8] -> [2] { part: EmbeddingV<Q>; }
    pub EmbeddingN<P>: [8] -> [2] { n: embedding(5, 8 / (P - 1)); last; f: dense(2); }
    pub MidEmbeddingN<Q>: [8] -> [2] { part: EmbeddingN<Q>; }
    pub Lstm<P>: [3, 8] -> [2] { n: lstm(8 / (P - 1)); last; f: dense(2); }
    pub MidLstm<Q>: [3, 8] -> [2] { part: Lstm<Q>; }
    pub Gru<P>: [3, 8] -> [2] { n: gru(8 / (P - 1), bidirectional = true); last; f: dense(2); }
    pub MidGru<Q>: [3, 8] -> [2] { part: Gru<Q>; }
    pub Rnn<P>: [3, 8] -> [2] { n: rnn(8 / (P - 1), layers = 2); last; f: dense(2); }
    pub MidRnn<Q>: [3, 8] -> [2] { part: Rnn<Q>; }
    pub Rbm<P>: [8] -> [2] { n: rbm(8 / (P - 1)); f: dense(2); }
    pub MidRbm<Q>: [8] -> [2] { part: Rbm<Q>; }
    pub Boltzmann<P>: [8] -> [4] { n: boltzmann(8 / (P - 1)); }
    pub MidBoltzmann<Q>: [8] -> [4] { part: Boltzmann<Q>; }
    pub Stated<P>: [8] -> [2] { n: dense(4) -> [8 / (P - 1)]; f: dense(2); }
    pub MidStated<Q>: [8] -> [2] { part: Stated<Q>; }

    InConvKernel: [2, 9, 9] -> [2, 2, 2] { part: MidConvKernel<1>; }
    InConvKernelPair: [2, 9, 9] -> [2, 2, 2] { part: MidConvKernelPair<1>; }
    InConvChannels: [2, 9, 9] -> [2] { part: MidConvChannels<1>; }
    InConvStride: [2, 9, 9] -> [2, 2, 2] { part: MidConvStride<1>; }
    InConvPadding: [2, 9, 9] -> [2, 2, 2] { part: MidConvPadding<1>; }
    InConvDilation: [2, 9, 9] -> [2, 2, 2] { part: MidConvDilation<1>; }
    InConvDilationK1: [2, 9, 9] -> [2, 2, 2] { part: MidConvDilationK1<1>; }
    InConvSameKernel: [2, 9, 9] -> [2, 2, 2] { part: MidConvSameKernel<1>; }
    InConvSameDil: [2, 9, 9] -> [2, 2, 2] { part: MidConvSameDil<1>; }
    InConvGroups: [2, 9, 9] -> [2, 2, 2] { part: MidConvGroups<1>; }
    InConv1Kernel: [2, 9] -> [2, 2] { part: MidConv1Kernel<1>; }
    InConv1Dilation: [2, 9] -> [2, 2] { part: MidConv1Dilation<1>; }
    InConv1Padding: [2, 9] -> [2, 2] { part: MidConv1Padding<1>; }
    InTrKernel: [2, 9, 9] -> [2, 2, 2] { part: MidTrKernel<1>; }
    InTrStride: [2, 9, 9] -> [2, 2, 2] { part: MidTrStride<1>; }
    InTrPadding: [2, 9, 9] -> [2, 2, 2] { part: MidTrPadding<1>; }
    InTrOutpad: [2, 9, 9] -> [2, 2, 2] { part: MidTrOutpad<1>; }
    InTrGroups: [2, 9, 9] -> [2, 2, 2] { part: MidTrGroups<1>; }
    InTr1Stride: [2, 9] -> [2, 2] { part: MidTr1Stride<1>; }
    InMaxKernel: [2, 9, 9] -> [2, 2, 2] { part: MidMaxKernel<1>; }
    InMaxStride: [2, 9, 9] -> [2, 2, 2] { part: MidMaxStride<1>; }
    InMaxPadding: [2, 9, 9] -> [2, 2, 2] { part: MidMaxPadding<1>; }
    InAvgKernel: [2, 9] -> [2, 2] { part: MidAvgKernel<1>; }
    InLpKernel: [2, 9] -> [2, 2] { part: MidLpKernel<1>; }
    InWavgKernel: [2, 9] -> [2, 2] { part: MidWavgKernel<1>; }
    InAdaptive: [2, 9, 9] -> [2, 2, 2] { part: MidAdaptive<1>; }
    InAdaptive1: [2, 9] -> [2, 2] { part: MidAdaptive1<1>; }
    InDense: [9] -> [2] { part: MidDense<1>; }
    InDenseSteps: [3, 9] -> [2] { part: MidDenseSteps<1>; }
    InReshape: [8] -> [2] { part: MidReshape<1>; }
    InRepeat: [8] -> [2] { part: MidRepeat<1>; }
    InEmbeddingV: [8] -> [2] { part: MidEmbeddingV<1>; }
    InEmbeddingN: [8] -> [2] { part: MidEmbeddingN<1>; }
    InLstm: [3, 8] -> [2] { part: MidLstm<1>; }
    InGru: [3, 8] -> [2] { part: MidGru<1>; }
    InRnn: [3, 8] -> [2] { part: MidRnn<1>; }
    InRbm: [8] -> [2] { part: MidRbm<1>; }
    InBoltzmann: [8] -> [4] { part: MidBoltzmann<1>; }
    InStated: [8] -> [2] { part: MidStated<1>; }
}

fn main() {}
