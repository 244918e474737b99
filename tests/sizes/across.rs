//! Products above every size in every option of every layer, for parts of another invocation.

use plumbline::prelude::*;

network! {
    pub ConvKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub ConvKernelPair<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = [1, P * 4294967296]); adaptive_avg_pool2d([2, 2]); }
    pub ConvChannels<P>: [2, 9, 9] -> [2] { n: conv2d(P * 4294967296, kernel = 1); global_avg_pool; f: dense(2); }
    pub ConvStride<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, stride = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub ConvPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, padding = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub ConvDilation<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 2, dilation = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub ConvDilationK1<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, dilation = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub ConvSameKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = P * 4294967296, padding = same); adaptive_avg_pool2d([2, 2]); }
    pub ConvSameDil<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 3, dilation = P * 4294967296, padding = same); adaptive_avg_pool2d([2, 2]); }
    pub ConvGroups<P>: [2, 9, 9] -> [2, 2, 2] { n: conv2d(2, kernel = 1, groups = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub Conv1Kernel<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = P * 4294967296); adaptive_avg_pool1d(2); }
    pub Conv1Dilation<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = 2, dilation = P * 4294967296); adaptive_avg_pool1d(2); }
    pub Conv1Padding<P>: [2, 9] -> [2, 2] { n: conv1d(2, kernel = 2, padding = P * 4294967296); adaptive_avg_pool1d(2); }
    pub TrKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub TrStride<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, stride = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub TrPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, padding = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub TrOutpad<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, stride = 2, output_padding = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub TrGroups<P>: [2, 9, 9] -> [2, 2, 2] { n: conv_transpose2d(2, kernel = 2, groups = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub Tr1Stride<P>: [2, 9] -> [2, 2] { n: conv_transpose1d(2, kernel = 2, stride = P * 4294967296); adaptive_avg_pool1d(2); }
    pub MaxKernel<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub MaxStride<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(2, stride = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub MaxPadding<P>: [2, 9, 9] -> [2, 2, 2] { n: max_pool2d(2, padding = P * 4294967296); adaptive_avg_pool2d([2, 2]); }
    pub AvgKernel<P>: [2, 9] -> [2, 2] { n: avg_pool1d(P * 4294967296); adaptive_avg_pool1d(2); }
    pub LpKernel<P>: [2, 9] -> [2, 2] { n: lp_pool1d(P * 4294967296); adaptive_avg_pool1d(2); }
    pub WavgKernel<P>: [2, 9] -> [2, 2] { n: weighted_avg_pool1d(P * 4294967296); adaptive_avg_pool1d(2); }
    pub Adaptive<P>: [2, 9, 9] -> [2, 2, 2] { n: adaptive_max_pool2d([P * 4294967296, 2]); adaptive_avg_pool2d([2, 2]); }
    pub Adaptive1<P>: [2, 9] -> [2, 2] { n: adaptive_avg_pool1d(P * 4294967296); adaptive_avg_pool1d(2); }
    pub Dense<P>: [9] -> [2] { n: dense(P * 4294967296); f: dense(2); }
    pub DenseSteps<P>: [3, 9] -> [2] { n: dense(P * 4294967296, each_step = true); last; f: dense(2); }
    pub Reshape<P>: [8] -> [2] { n: reshape([P * 4294967296, 2]); flatten; f: dense(2); }
    pub Repeat<P>: [8] -> [2] { n: repeat(P * 4294967296); last; f: dense(2); }
    pub EmbeddingV<P>: [8] -> [2] { n: embedding(P * 4294967296, 3); last; f: dense(2); }
    pub EmbeddingN<P>: [8] -> [2] { n: embedding(5, P * 4294967296); last; f: dense(2); }
    pub Lstm<P>: [3, 8] -> [2] { n: lstm(P * 4294967296); last; f: dense(2); }
    pub Gru<P>: [3, 8] -> [2] { n: gru(P * 4294967296, bidirectional = true); last; f: dense(2); }
    pub Rnn<P>: [3, 8] -> [2] { n: rnn(P * 4294967296, layers = 2); last; f: dense(2); }
    pub Rbm<P>: [8] -> [2] { n: rbm(P * 4294967296); f: dense(2); }
    pub Boltzmann<P>: [8] -> [4] { n: boltzmann(P * 4294967296); }
    pub Stated<P>: [8] -> [2] { n: dense(4) -> [P * 4294967296]; f: dense(2); }
}

network! {
    InConvKernel: [2, 9, 9] -> [2, 2, 2] { part: ConvKernel<2> -> [2, 2, 2]; }
    InConvKernelPair: [2, 9, 9] -> [2, 2, 2] { part: ConvKernelPair<2> -> [2, 2, 2]; }
    InConvChannels: [2, 9, 9] -> [2] { part: ConvChannels<2> -> [2]; }
    InConvStride: [2, 9, 9] -> [2, 2, 2] { part: ConvStride<2> -> [2, 2, 2]; }
    InConvPadding: [2, 9, 9] -> [2, 2, 2] { part: ConvPadding<2> -> [2, 2, 2]; }
    InConvDilation: [2, 9, 9] -> [2, 2, 2] { part: ConvDilation<2> -> [2, 2, 2]; }
    InConvDilationK1: [2, 9, 9] -> [2, 2, 2] { part: ConvDilationK1<2> -> [2, 2, 2]; }
    InConvSameKernel: [2, 9, 9] -> [2, 2, 2] { part: ConvSameKernel<2> -> [2, 2, 2]; }
    InConvSameDil: [2, 9, 9] -> [2, 2, 2] { part: ConvSameDil<2> -> [2, 2, 2]; }
    InConvGroups: [2, 9, 9] -> [2, 2, 2] { part: ConvGroups<2> -> [2, 2, 2]; }
    InConv1Kernel: [2, 9] -> [2, 2] { part: Conv1Kernel<2> -> [2, 2]; }
    InConv1Dilation: [2, 9] -> [2, 2] { part: Conv1Dilation<2> -> [2, 2]; }
    InConv1Padding: [2, 9] -> [2, 2] { part: Conv1Padding<2> -> [2, 2]; }
    InTrKernel: [2, 9, 9] -> [2, 2, 2] { part: TrKernel<2> -> [2, 2, 2]; }
    InTrStride: [2, 9, 9] -> [2, 2, 2] { part: TrStride<2> -> [2, 2, 2]; }
    InTrPadding: [2, 9, 9] -> [2, 2, 2] { part: TrPadding<2> -> [2, 2, 2]; }
    InTrOutpad: [2, 9, 9] -> [2, 2, 2] { part: TrOutpad<2> -> [2, 2, 2]; }
    InTrGroups: [2, 9, 9] -> [2, 2, 2] { part: TrGroups<2> -> [2, 2, 2]; }
    InTr1Stride: [2, 9] -> [2, 2] { part: Tr1Stride<2> -> [2, 2]; }
    InMaxKernel: [2, 9, 9] -> [2, 2, 2] { part: MaxKernel<2> -> [2, 2, 2]; }
    InMaxStride: [2, 9, 9] -> [2, 2, 2] { part: MaxStride<2> -> [2, 2, 2]; }
    InMaxPadding: [2, 9, 9] -> [2, 2, 2] { part: MaxPadding<2> -> [2, 2, 2]; }
    InAvgKernel: [2, 9] -> [2, 2] { part: AvgKernel<2> -> [2, 2]; }
    InLpKernel: [2, 9] -> [2, 2] { part: LpKernel<2> -> [2, 2]; }
    InWavgKernel: [2, 9] -> [2, 2] { part: WavgKernel<2> -> [2, 2]; }
    InAdaptive: [2, 9, 9] -> [2, 2, 2] { part: Adaptive<2> -> [2, 2, 2]; }
    InAdaptive1: [2, 9] -> [2, 2] { part: Adaptive1<2> -> [2, 2]; }
    InDense: [9] -> [2] { part: Dense<2> -> [2]; }
    InDenseSteps: [3, 9] -> [2] { part: DenseSteps<2> -> [2]; }
    InReshape: [8] -> [2] { part: Reshape<2> -> [2]; }
    InRepeat: [8] -> [2] { part: Repeat<2> -> [2]; }
    InLstm: [3, 8] -> [2] { part: Lstm<2> -> [2]; }
    InGru: [3, 8] -> [2] { part: Gru<2> -> [2]; }
    InRnn: [3, 8] -> [2] { part: Rnn<2> -> [2]; }
    InRbm: [8] -> [2] { part: Rbm<2> -> [2]; }
    InStated: [8] -> [2] { part: Stated<2> -> [2]; }
}

fn main() {}
