// Package render draws what the models found: attention, perception, hotspots,
// clarity and excitingness, over images and into video frames.
//
// A [Layer] is one such drawing, independent of size: [Heat], [Perception],
// [Hotspots], [Clarity] and [Excitingness] make them. [Layer.Image] draws one
// as a transparent image of any size, [EncodePNG] writes that. A [Blender]
// puts one into the frames of a video in place, or draws it alone for a video
// with an alpha channel.
//
// # Scale
//
// The scale is fixed and absolute, the same for all images and all frames:
// nothing is ever stretched to its own maximum, so a calm frame looks calm, two
// images can be compared, and a video does not flicker. Attention is drawn in
// "times chance": the density of a cell divided by what it would be if people
// looked everywhere alike (density * number of cells).
//
//	times chance   heat position   heat opacity   darkness in the perception map
//	0              0               0 %            85 %
//	1              0               0 %            68 %
//	2              0.25            36 %           55 %
//	4              0.50            61 %           35 %
//	8              0.75            76 %           14 %
//	16 or more     1               81 %           2 % or less
//
// The heat position is log2(times chance)/4. At 0.5 and above, a place differs from
// what is below it by a CIEDE2000 of 12 at least, on white, black, mid gray, red and
// photographs. Other palettes ([saccade.Palette]) have the same positions; that of fog
// has the opacity of 85 % * (1 - position)^2. Turbo, a rainbow, has colors that some
// ground has too: its strong places, 0.5 and above, have an outline, black and white. The perception map shows what is
// seen in the first three seconds: about nine fixations, each of which takes in
// about 2.5 % of a screen, fall on a cell by chance with the density as the
// rate, so a cell is missed with the probability exp(-0.225 * times chance);
// its darkness is 85 % of that.
//
// Clarity and excitingness come as percentiles of local values among reference
// pages (0..1): transparent below 0.6, then amber to red (clarity: red is
// cluttered) or rose to violet (excitingness) with growing opacity.
//
// The package knows pixels and densities, not where they come from or go to.
package render
