//go:build unix

package main

import (
	"context"
)

func soak(ctx context.Context, l *load, p plan) error { return nil }
