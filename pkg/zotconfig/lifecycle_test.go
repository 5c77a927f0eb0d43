package zotconfig_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestCollection(t *testing.T) {
	for name, tc := range map[string]struct {
		gc   *v1alpha1.GCSpec
		want map[string]any
	}{
		"default": {nil, map[string]any{"gc": true, "gcDelay": "1h", "gcInterval": "24h", "gcTimeWindow": nil}},
		"given": {
			&v1alpha1.GCSpec{Delay: "2h", Interval: "6h", TimeWindow: "22:00-05:30"},
			map[string]any{"gc": true, "gcDelay": "2h", "gcInterval": "6h", "gcTimeWindow": "22:00-05:30"},
		},
		// zot warns of numbers that it does not use.
		"off": {
			&v1alpha1.GCSpec{Enabled: new(false), Delay: "2h", TimeWindow: "22:00-05:30"},
			map[string]any{"gc": false, "gcDelay": nil, "gcInterval": nil, "gcTimeWindow": nil},
		},
	} {
		got := map[string]any{}
		for key := range tc.want {
			got[key] = at(t, v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{GC: tc.gc}}, "storage."+key)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRetention(t *testing.T) {
	count := int32(3)
	limit := v1alpha1.KeepRule{MostRecentlyPulledCount: &count}
	// The policy that is added has a limit and fits no repository.
	added := map[string]any{
		"repositories": []any{"_"}, "deleteReferrers": false, "deleteUntagged": true,
		"keepTags": []any{map[string]any{"mostRecentlyPushedCount": 1.0}},
	}
	for name, tc := range map[string]struct {
		policy v1alpha1.RetentionPolicy
		want   []any
	}{
		"no limit": {v1alpha1.RetentionPolicy{DeleteReferrers: new(true)}, []any{
			map[string]any{"repositories": []any{"**"}, "deleteReferrers": true, "deleteUntagged": true}, added,
		}},
		"patterns are no limit": {v1alpha1.RetentionPolicy{KeepTags: []v1alpha1.KeepTags{{Patterns: []string{"v.*"}}}}, []any{
			map[string]any{
				"repositories": []any{"**"}, "deleteReferrers": false, "deleteUntagged": true,
				"keepTags": []any{map[string]any{"patterns": []any{"v.*"}}},
			},
			added,
		}},
		"limit of tags": {v1alpha1.RetentionPolicy{KeepTags: []v1alpha1.KeepTags{{KeepRule: limit}}}, []any{map[string]any{
			"repositories": []any{"**"}, "deleteReferrers": false, "deleteUntagged": true,
			"keepTags": []any{map[string]any{"mostRecentlyPulledCount": 3.0}},
		}}},
		"limit of what has no tag": {v1alpha1.RetentionPolicy{KeepUntagged: &limit}, []any{map[string]any{
			"repositories": []any{"**"}, "deleteReferrers": false, "deleteUntagged": true,
			"keepUntagged": map[string]any{"mostRecentlyPulledCount": 3.0},
		}}},
		"limit of what is kept anyway": {v1alpha1.RetentionPolicy{KeepUntagged: &limit, DeleteUntagged: new(false)}, []any{
			map[string]any{
				"repositories": []any{"**"}, "deleteReferrers": false, "deleteUntagged": false,
				"keepUntagged": map[string]any{"mostRecentlyPulledCount": 3.0},
			},
			added,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.policy.Repositories = []string{"**"}
			spec := v1alpha1.ZotArtifactStoreSpec{Storage: &v1alpha1.StorageSpec{
				Retention: &v1alpha1.RetentionSpec{Policies: []v1alpha1.RetentionPolicy{tc.policy}},
			}}
			if diff := cmp.Diff(any(tc.want), at(t, spec, "storage.retention.policies")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The agent restarts zot when retention comes or goes, and at no other change of it.
func TestRetentionIsThereOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := fixtures.EffectiveSpec().Draw(t, "spec")
		live, err := handover.DecodeLive(render(t, spec).Live)
		if err != nil {
			t.Fatal(err)
		}
		storage, _ := live.Zot["storage"].(map[string]any)
		if _, rendered := storage["retention"]; rendered != (spec.Storage.Retention != nil) {
			t.Fatalf("retention is rendered: %v", rendered)
		}
	})
}
