// Package planes works on the samples of decoded frames: it lays what has transparency
// on white, finds what can be seen through, blackens bars, copies, and turns full range into
// limited range. All but copying works in place; 8 bits, 4:2:0.
package planes
