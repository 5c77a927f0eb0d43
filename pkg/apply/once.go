package apply

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/pkg/labels"
)

// Once is a Secret of random keys that is made once, and neither read nor changed afterwards: applying it again would hand back what
// is in it, and the operator may not read Secrets.
type Once struct {
	// Object is the Secret without its keys.
	Object runtime.ApplyConfiguration
	// Random are the names of the keys and how many random characters each has.
	Random map[string]int
	// Missing is true when somebody who can see it says that it is not there: it is made anew.
	Missing bool
}

// makeAgain is how long a Secret is taken for made, whoever misses it: a node delivers it later than it exists.
const makeAgain = time.Minute

// Create makes what has not been made yet for this owner by this process. One that exists is fine, whosever it is: who needs it
// sees what is in it.
func (a *Applier) Create(ctx context.Context, owner Owner, wanted []Once) Report {
	var report Report
	for _, once := range wanted {
		ref, outcome, err := a.createOne(ctx, owner, once)
		report = append(report, Result{Ref: ref, Outcome: outcome, Err: err})
	}
	return report
}

func (a *Applier) createOne(ctx context.Context, owner Owner, once Once) (Ref, Outcome, error) {
	wanted, err := parse(once.Object)
	if err != nil {
		return wanted.ref, Failed, err
	}
	if a.alreadyMade(owner, wanted.ref, once.Missing) {
		return wanted.ref, Unchanged, nil
	}
	if owner.Paused {
		return wanted.ref, Kept, nil
	}
	// Nobody compares it with an intent.
	unstructured.RemoveNestedField(wanted.object.Object, "metadata", "annotations", labels.Intent)
	keys := map[string]any{}
	for name, characters := range once.Random {
		if keys[name], err = random(characters); err != nil {
			return wanted.ref, Failed, err
		}
	}
	wanted.object.Object["stringData"] = keys
	err = a.writer.Create(ctx, wanted.object)
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return wanted.ref, Failed, fmt.Errorf("create: %w", err)
	}
	a.mutex.Lock()
	a.of(owner).made[wanted.ref] = a.now()
	a.mutex.Unlock()
	if err != nil {
		return wanted.ref, Unchanged, nil
	}
	return wanted.ref, Applied, nil
}

// alreadyMade is true when it was made for this owner; if it is missed, only for a while.
func (a *Applier) alreadyMade(owner Owner, ref Ref, missing bool) bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	at, ok := a.of(owner).made[ref]
	return ok && (!missing || a.now().Sub(at) < makeAgain)
}

// random is text of so many characters out of 64.
func random(characters int) (string, error) {
	bytes := make([]byte, characters)
	if _, err := rand.Read(bytes); err != nil {
		return "", fmt.Errorf("make a random key: %w", err)
	}
	// The text is longer than the bytes that it is made of.
	return base64.RawURLEncoding.EncodeToString(bytes)[:characters], nil
}
