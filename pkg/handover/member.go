package handover

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// PodEnv must be the pod's name in the agent's containers where the boot document holds zot's cluster.members.
const PodEnv = "POD_NAME"

// MemberHost is this very pod. zot takes its own addresses for those of the member that it is, this one among them (pkg/common,
// GetLocalSockets, v2.1.20), and never calls it.
const MemberHost = "127.0.0.1"

// OwnMember writes in zot's configuration which of cluster.members the pod of that name is: the one at the place of the pod's ordinal. It
// has the address of the pod itself, in place of one that leads to it through a Service and that zot would not know as its own. The
// other entries stay. A configuration without members is left as it is.
func OwnMember(config map[string]any, pod string) error {
	cluster, _ := config["cluster"].(map[string]any)
	members, ok := cluster["members"].([]any)
	if !ok {
		return nil
	}
	ordinal, err := strconv.ParseUint(pod[strings.LastIndexByte(pod, '-')+1:], 10, 31)
	if err != nil {
		return fmt.Errorf("the name of the pod, %q, does not end in a number", pod)
	}
	if ordinal >= uint64(len(members)) {
		return fmt.Errorf("pod %s is none of the %d members of the store", pod, len(members))
	}
	http, _ := config["http"].(map[string]any)
	port, ok := http["port"].(string)
	if !ok {
		return errors.New("the configuration of a member has no http.port")
	}
	members[ordinal] = MemberHost + ":" + port
	return nil
}
