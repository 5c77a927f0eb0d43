package workload

import (
	"fmt"
	"slices"
	"strings"
)

// told are the same words about several pods.
type told struct {
	pods  []string
	words string
}

// tell adds words about a pod to those there are: what keeps all pods from something is said once.
func tell(all []told, pod, words string) []told {
	at := slices.IndexFunc(all, func(t told) bool { return t.words == words })
	if at < 0 {
		return append(all, told{[]string{pod}, words})
	}
	if !slices.Contains(all[at].pods, pod) {
		all[at].pods = append(all[at].pods, pod)
	}
	return all
}

// sentences are for a message.
func sentences(all []told) string {
	var out []string
	for _, t := range all {
		who := "Pod " + t.pods[0]
		if last := len(t.pods) - 1; last > 0 {
			who = fmt.Sprintf("Pods %s and %s", strings.Join(t.pods[:last], ", "), t.pods[last])
		}
		out = append(out, who+": "+t.words)
	}
	return strings.Join(out, "; ")
}
