// Package eval scores models of attention against eye tracking.
//
// The contract: [Run] takes a set of images with fixations ([LoadSet]), runs
// one or more predictors on every image, and returns seven measures of each
// beside three baselines: the center prior learned from the other images, the
// inter-observer agreement (leave-one-out), and the split-half consistency of
// the observers. Every mean has a 95 % bootstrap interval over the images,
// seeded, so that a run can be repeated to the digit.
//
// [RunVideo] does the same for clips with timed fixations ([LoadVideoSet]), in
// video mode and in image mode side by side, per frame, with intervals over
// clips; its baselines are the video prior (the fixations of the other clips) and
// a Gaussian center. Both reports hold the paired differences between the first
// model and every other row.
//
// Measures, as in the MIT/Tuebingen saliency benchmark and its code (cvzoya/
// saliency; Bylinskii, Judd, Oliva, Torralba and Durand, "What do different
// evaluation metrics tell us about saliency models?", PAMI 2019; Kuemmerer,
// Wallis and Bethge, ECCV 2018). The ground-truth density of an image is its
// fixations, blurred with a Gaussian of one degree of visual angle.
//
//   - NSS: mean of the map, in standard deviations above its mean, at the
//     fixations. Chance is 0. [NSS]
//   - CC: Pearson correlation with the ground-truth density. [CC]
//   - AUC-J (Judd): area under the ROC curve, fixated pixels against all
//     pixels; chance is 0.5. [AUC]
//   - sAUC: the same against the fixations of all other images of the set
//     (all of them, no sampling), which takes the reward for a mere center
//     prior away. [AUC]
//   - KLD: Kullback-Leibler divergence of the model from the ground truth, in
//     nats; lower is better. [KLD]
//   - SIM: common mass of both densities, 0..1. [SIM]
//   - IG: information gain over the center prior (for clips the video prior), in bits
//     a fixation. [IG]
//
// Sets that come as density maps without fixations are judged with every pixel
// weighted by its density; their figures cannot be compared with the others.
package eval
