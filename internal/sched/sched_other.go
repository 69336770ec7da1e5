//go:build !linux

package sched

func batch() {}
