package main

import (
	"context"
	"fmt"
	"time"
)

// wait asks until something is so.
func wait(ctx context.Context, limit time.Duration, what string, holds func() (bool, error)) error {
	const again = time.Second
	for began := time.Now(); ; {
		done, err := holds()
		if err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		if done {
			return nil
		}
		if time.Since(began) > limit {
			return fmt.Errorf("waited %s for %s, in vain", limit, what)
		}
		if err := pause(ctx, again); err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
	}
}

// pause lets time pass.
func pause(ctx context.Context, duration time.Duration) error {
	select {
	case <-time.After(duration):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
