package board_test

import (
	"testing"

	"github.com/zot-artifact-store/operator/pkg/board"
)

func TestConditions(t *testing.T) {
	for want, got := range map[board.Condition]board.Condition{
		{Type: "A", Status: "True", Reason: "Fine", Message: "m"}:     board.True("A", "Fine", "m"),
		{Type: "A", Status: "False", Reason: "Bad", Message: "m"}:     board.False("A", "Bad", "m"),
		{Type: "A", Status: "Unknown", Reason: "Silent", Message: ""}: board.Unknown("A", "Silent", ""),
	} {
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
