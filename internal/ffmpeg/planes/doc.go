// Package planes works on the samples of decoded frames: it lays what has transparency
// on white, finds what can be seen through, blackens bars, and turns full range into
// limited range. All of it works in place, at 8 bits, 4:2:0.
package planes
