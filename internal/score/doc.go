// Package score turns images and densities into numbers: focus, clarity and
// excitingness, gaze points and scan paths, and the attention that areas of
// interest receive.
//
// # What the numbers mean
//
// Clarity, excitingness and focus are integers 0..100, and percentiles of one
// fixed population: first screens of 230 home pages on a desktop. 50 is the
// median page; a clarity of 80 is clearer than 80 % of them. They are
// deterministic and, inside and outside of that population, strictly ordered
// by a raw value; the tables carry a version.
//
//   - Clarity is the opposite of visual complexity as people judge it: a ridge
//     regression on some thirty plain measures of the image (segments,
//     colors, edges, coded size, local variance of color, contrast and
//     orientation) and, where an attention model has them, on features of its
//     network, fitted on the human pair comparisons of SAVOIAS. It is not
//     beauty, and says nothing about the message. One solid color is 100.
//   - Excitingness is an estimate of visual stimulation, by a formula in the
//     open: how many colors and hues, how much red and orange, how contrasty,
//     how dark, how crowded, each by its place among pages. There is no open
//     data of people rating pages for it; on photographs (arousal) and web ads
//     (entertaining minus boring) it correlates only weakly with people.
//   - Focus is the information gain of a density over the uniform one; its
//     population is the same pages as seen by the same attention model.
//
// # How right they are
//
// Spearman correlations with people, printed and held by the tests of
// train/fit wherever the judged images are at hand:
//
//	clarity, SAVOIAS, mean of four categories, cross-validated   0.78
//	  ads 0.84, interiors 0.85, scenes 0.76, objects 0.68
//	  by the pixels alone                                        0.75
//	clarity and the attractiveness of pages (should be near 0)  -0.20
//	excitingness, arousal of photographs (OASIS)                 0.20
//	excitingness, entertaining minus boring, web ads             0.22
//	clarity and excitingness, over pages                        -0.67
//
// # Cost
//
// [Measure] measures an image once, for both scores and both maps; it scales
// it to [WorkArea] first. For a video, shrink frames to [WorkSize] straight
// from YCbCr (pix.ShrinkYCbCr) and measure only those that differ from the one
// measured last, or every few frames; what [Measure] costs does not depend on
// the size of the video.
//
// The package draws nothing and knows no files.
package score
