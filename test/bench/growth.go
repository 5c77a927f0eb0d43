package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// grow creates stores at once, between two measures of the machine.
func (p *plan) grow(ctx context.Context, stores int) error {
	if stores == 0 {
		return nil
	}
	before, err := p.calibrate(ctx)
	if err != nil {
		return err
	}
	g, err := p.created(ctx, stores)
	if err != nil {
		return err
	}
	if err := p.weigh(fmt.Sprintf("after the creation of %d", stores)); err != nil {
		return err
	}
	after, err := p.calibrate(ctx)
	if err != nil {
		return err
	}
	g.Apply = (before + after) / 2
	g.ObjectsApplies = g.Objects * 1000 / float64(stores) / g.Apply
	p.figures.Growth = append(p.figures.Growth, g)
	return nil
}

// created creates stores at once and waits until they are Ready and the operator is silent.
func (p *plan) created(ctx context.Context, stores int) (growth, error) {
	before, err := p.operator.usage()
	if err != nil {
		return growth{}, err
	}
	p.agents.reset()
	began := time.Now()
	if err := p.create(ctx, stores); err != nil {
		return growth{}, err
	}
	var last time.Time
	err = wait(ctx, limit, fmt.Sprintf("%d stores to be Ready", p.stores), func() (bool, error) {
		var running int
		running, last = p.node.running()
		return running == p.stores, nil
	})
	if err != nil {
		return growth{}, err
	}
	if err := p.settle(ctx, began); err != nil {
		return growth{}, err
	}
	after, err := p.operator.usage()
	if err != nil {
		return growth{}, err
	}
	found, err := p.servers.requests(began)
	if err != nil {
		return growth{}, err
	}
	_, questions := p.agents.count()
	p.figures.Refused += len(found.that(refused))
	return grown(stores, p.stores-stores, began, last, found, questions, after.CPU-before.CPU), nil
}

// grown makes the figures of a growth.
func grown(stores, before int, began, ready time.Time, found requests, questions int, cpu float64) growth {
	acted, created := found.that(acting), found.that(creating)
	g := growth{
		Stores: stores, Before: before, Ready: ready.Sub(began).Seconds(), PodSeconds: podTime.Seconds(),
		ObjectsPerStore: float64(len(created)) / float64(stores),
		Verbs:           perStore(acted.verbs(), stores), Kinds: perStore(acted.kinds(), stores),
		Total:     float64(len(acted)) / float64(stores),
		Questions: float64(questions) / float64(stores),
		CPU:       cpu * 1000 / float64(stores),
	}
	for _, one := range created {
		g.Objects = max(g.Objects, one.Received.Sub(began).Seconds())
	}
	return g
}

// create makes the smallest stores that there are, all at once.
func (p *plan) create(ctx context.Context, stores int) error {
	var group sync.WaitGroup
	errs := make([]error, stores)
	for i := range stores {
		p.stores++
		store := &v1alpha1.ZotArtifactStore{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprintf("store-%03d", p.stores)},
			Spec: v1alpha1.ZotArtifactStoreSpec{
				Storage: &v1alpha1.StorageSpec{Type: v1alpha1.StorageFilesystem, Size: new(resource.MustParse("20Gi"))},
			},
		}
		group.Go(func() { errs[i] = p.servers.admin.Create(ctx, store) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("create stores: %w", err)
	}
	return nil
}

// calibrate measures what a request costs on this machine now: milliseconds for a plain apply.
func (p *plan) calibrate(ctx context.Context) (float64, error) {
	text := map[string]string{"text": strings.Repeat("x", 1000)}
	began := time.Now()
	for range plainApplies {
		// Made anew each time, as the answer is written into it.
		intent := coreac.ConfigMap("plain", namespace).WithData(text)
		err := p.servers.admin.Apply(ctx, intent, client.FieldOwner("bench"), client.ForceOwnership, client.DryRunAll)
		if err != nil {
			return 0, fmt.Errorf("a plain apply: %w", err)
		}
	}
	return float64(time.Since(began).Microseconds()) / 1000 / plainApplies, nil
}
