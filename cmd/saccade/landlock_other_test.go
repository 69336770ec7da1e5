//go:build !linux

package main

const withoutLandlockCommand = "without-landlock"

func withoutLandlock([]string) int { return 1 }
