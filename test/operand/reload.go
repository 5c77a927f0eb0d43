package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/fsnotify/fsnotify"
)

// watch reads the file again whenever it is written in place. As with zot, a file that takes its place (a rename, the
// symlink swap of a ConfigMap volume) goes unnoticed: the config agent exists because of that.
func watch(ctx context.Context, path string, log *slog.Logger, apply func(*Config)) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching the configuration: %w", err)
	}
	if err := watcher.Add(path); err != nil {
		return fmt.Errorf("watching %s: %w", path, err)
	}
	go func() {
		defer func() { _ = watcher.Close() }()
		for {
			select {
			case <-ctx.Done():
				return
			case event, open := <-watcher.Events:
				if !open {
					return
				}
				if event.Op == fsnotify.Write {
					reload(path, log, apply)
				}
			case err := <-watcher.Errors:
				if err != nil {
					log.Error("watching the configuration failed", "error", err)
				}
			}
		}
	}()
	return nil
}

func reload(path string, log *slog.Logger, apply func(*Config)) {
	config, err := readConfig(path)
	if err != nil {
		log.Error("the written configuration is refused, the old one stays in force", "error", err)
		return
	}
	apply(config)
	log.Info("the written configuration is in force: access rules")
}
