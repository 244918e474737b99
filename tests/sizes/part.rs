//! Sizes below zero in every option of every layer, for parts with dimension parameters.

use plumbline::prelude::*;

network! {
    pub ConvKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub ConvKernelPair<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = [1, P - 4]); adaptive_avg_pool2d([2, 2]); }
    pub ConvChannels<P>: [2, 9, 9] -> [2] { n: conv2d(P - 4, kernel = 1); global_avg_pool; f: dense(2); }
    pub ConvStride<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, stride = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub ConvPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, padding = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub ConvDilation<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 2, dilation = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub ConvDilationK1<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, dilation = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub ConvSameKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = P - 4, padding = same); adaptive_avg_pool2d([2, 2]); }
    pub ConvSameDil<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 3, dilation = P - 4, padding = same); adaptive_avg_pool2d([2, 2]); }
    pub ConvGroups<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, groups = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub Conv1Kernel<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = P - 4); adaptive_avg_pool1d(2); }
    pub Conv1Dilation<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = 2, dilation = P - 4); adaptive_avg_pool1d(2); }
    pub Conv1Padding<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = 2, padding = P - 4); adaptive_avg_pool1d(2); }
    pub TrKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub TrStride<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, stride = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub TrPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, padding = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub TrOutpad<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, stride = 2, output_padding = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub TrGroups<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, groups = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub Tr1Stride<P>: [2, 9] -> [2, 2] { n: conv_transpose1d(2, kernel = 2, stride = P - 4); adaptive_avg_pool1d(2); }
    pub MaxKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(P - 4); adaptive_avg_pool2d([2, 2]); }
    pub MaxStride<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(2, stride = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub MaxPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(2, padding = P - 4); adaptive_avg_pool2d([2, 2]); }
    pub AvgKernel<P>: [2, 9] -> [2, 2] { n: avg_pool1d(P - 4); adaptive_avg_pool1d(2); }
    pub LpKernel<P>: [2, 9] -> [2, 2] { n: lp_pool1d(P - 4); adaptive_avg_pool1d(2); }
    pub WavgKernel<P>: [2, 9] -> [2, 2] { n: weighted_avg_pool1d(P - 4); adaptive_avg_pool1d(2); }
    pub Adaptive<P>: [2, 9, 9] -> [2, 2, 2] { n: adaptive_max_pool2d([P - 4, 2]); adaptive_avg_pool2d([2, 2]); }
    pub Adaptive1<P>: [2, 9] -> [2, 2] { n: adaptive_avg_pool1d(P - 4); adaptive_avg_pool1d(2); }
    pub Dense<P>: [9] -> [2] { n: dense(P - 4); f: dense(2); }
    pub DenseSteps<P>: [3, 9] -> [2] { n: dense(P - 4, each_step = true); last; f: dense(2); }
    pub Reshape<P>: [8] -> [2] { n: reshape([P - 4, 2]); flatten; f: dense(2); }
    pub Repeat<P>: [8] -> [2] { n: repeat(P - 4); last; f: dense(2); }
    pub EmbeddingV<P>: [8] -> [2] { n: embedding(P - 4, 3); last; f: dense(2); }
    pub EmbeddingN<P>: [8] -> [2] { n: embedding(5, P - 4); last; f: dense(2); }
    pub Lstm<P>: [3, 8] -> [2] { n: lstm(P - 4); last; f: dense(2); }
    pub Gru<P>: [3, 8] -> [2] { n: gru(P - 4, bidirectional = true); last; f: dense(2); }
    pub Rnn<P>: [3, 8] -> [2] { n: rnn(P - 4, layers = 2); last; f: dense(2); }
    pub Rbm<P>: [8] -> [2] { n: rbm(P - 4); f: dense(2); }
    pub Boltzmann<P>: [8] -> [4] { n: boltzmann(P - 4); }
    pub Stated<P>: [8] -> [2] { n: dense(4) -> [P - 4]; f: dense(2); }

    InConvKernel: [2, 9, 9] -> [2, 2, 2] { part: ConvKernel<1>; }
    InConvKernelPair: [2, 9, 9] -> [2, 2, 2] { part: ConvKernelPair<1>; }
    InConvChannels: [2, 9, 9] -> [2] { part: ConvChannels<1>; }
    InConvStride: [2, 9, 9] -> [2, 2, 2] { part: ConvStride<1>; }
    InConvPadding: [2, 9, 9] -> [2, 2, 2] { part: ConvPadding<1>; }
    InConvDilation: [2, 9, 9] -> [2, 2, 2] { part: ConvDilation<1>; }
    InConvDilationK1: [2, 9, 9] -> [2, 2, 2] { part: ConvDilationK1<1>; }
    InConvSameKernel: [2, 9, 9] -> [2, 2, 2] { part: ConvSameKernel<1>; }
    InConvSameDil: [2, 9, 9] -> [2, 2, 2] { part: ConvSameDil<1>; }
    InConvGroups: [2, 9, 9] -> [2, 2, 2] { part: ConvGroups<1>; }
    InConv1Kernel: [2, 9] -> [2, 2] { part: Conv1Kernel<1>; }
    InConv1Dilation: [2, 9] -> [2, 2] { part: Conv1Dilation<1>; }
    InConv1Padding: [2, 9] -> [2, 2] { part: Conv1Padding<1>; }
    InTrKernel: [2, 9, 9] -> [2, 2, 2] { part: TrKernel<1>; }
    InTrStride: [2, 9, 9] -> [2, 2, 2] { part: TrStride<1>; }
    InTrPadding: [2, 9, 9] -> [2, 2, 2] { part: TrPadding<1>; }
    InTrOutpad: [2, 9, 9] -> [2, 2, 2] { part: TrOutpad<1>; }
    InTrGroups: [2, 9, 9] -> [2, 2, 2] { part: TrGroups<1>; }
    InTr1Stride: [2, 9] -> [2, 2] { part: Tr1Stride<1>; }
    InMaxKernel: [2, 9, 9] -> [2, 2, 2] { part: MaxKernel<1>; }
    InMaxStride: [2, 9, 9] -> [2, 2, 2] { part: MaxStride<1>; }
    InMaxPadding: [2, 9, 9] -> [2, 2, 2] { part: MaxPadding<1>; }
    InAvgKernel: [2, 9] -> [2, 2] { part: AvgKernel<1>; }
    InLpKernel: [2, 9] -> [2, 2] { part: LpKernel<1>; }
    InWavgKernel: [2, 9] -> [2, 2] { part: WavgKernel<1>; }
    InAdaptive: [2, 9, 9] -> [2, 2, 2] { part: Adaptive<1>; }
    InAdaptive1: [2, 9] -> [2, 2] { part: Adaptive1<1>; }
    InDense: [9] -> [2] { part: Dense<1>; }
    InDenseSteps: [3, 9] -> [2] { part: DenseSteps<1>; }
    InReshape: [8] -> [2] { part: Reshape<1>; }
    InRepeat: [8] -> [2] { part: Repeat<1>; }
    InEmbeddingV: [8] -> [2] { part: EmbeddingV<1>; }
    InEmbeddingN: [8] -> [2] { part: EmbeddingN<1>; }
    InLstm: [3, 8] -> [2] { part: Lstm<1>; }
    InGru: [3, 8] -> [2] { part: Gru<1>; }
    InRnn: [3, 8] -> [2] { part: Rnn<1>; }
    InRbm: [8] -> [2] { part: Rbm<1>; }
    InBoltzmann: [8] -> [4] { part: Boltzmann<1>; }
    InStated: [8] -> [2] { part: Stated<1>; }
}

fn main() {}
