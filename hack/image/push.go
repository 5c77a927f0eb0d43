package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

func pushCommand(ctx context.Context, flags *flag.FlagSet, args []string, out output) error {
	archive := flags.String("archive", "", "archive to push")
	mirror := flags.String("to", "", "HOST:PORT of the registry that stands in for the public ones")
	production := flags.String("as", "", "name under which the image is asked for, NAME[:TAG]")
	onlyNew := flags.Bool("new", false, "move no tag: refuse one that names another image already")
	insecure := insecureFlag(flags)
	if err := parse(flags, args, "archive", "to", "as"); err != nil {
		return err
	}
	began := time.Now()
	content, err := readArchive(*archive)
	if err != nil {
		return err
	}
	public, err := name.NewTag(*production)
	if err != nil {
		return fmt.Errorf("--as: %w", err)
	}
	// A mirror knows no registry names: containerd asks it for the path alone.
	target, err := name.NewTag(*mirror+"/"+public.RepositoryStr()+":"+public.TagStr(), nameOptions(*insecure)...)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	descriptor, err := content.descriptor()
	if err != nil {
		return err
	}
	options := remoteOptions(ctx, *insecure)
	if *onlyNew {
		if err := free(target, descriptor.Digest, options); err != nil {
			return err
		}
	}
	if err := content.push(target, options); err != nil {
		return fmt.Errorf("pushing to %s: %w", target, err)
	}
	out.say("pushed %s (%s)", target, seconds(began))
	out.print("%s@%s", public.Repository.Name(), descriptor.Digest)
	return nil
}

// free is an error where the tag names another image.
func free(tag name.Tag, digest v1.Hash, options []remote.Option) error {
	there, err := remote.Head(tag, options...)
	var answer *transport.Error
	switch {
	case errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound:
		return nil
	case err != nil:
		return fmt.Errorf("asking what %s is: %w", tag, err)
	case there.Digest != digest:
		return fmt.Errorf("%s is there as %s, and stays so: this is %s", tag, there.Digest, digest)
	}
	return nil
}

func (p packed) push(target name.Tag, options []remote.Option) error {
	if p.index != nil {
		return remote.WriteIndex(target, p.index, options...)
	}
	return remote.Write(target, p.image, options...)
}

func insecureFlag(flags *flag.FlagSet) *bool {
	return flags.Bool("insecure", false, "plain HTTP or any certificate will do (loopback and private addresses: plain HTTP always)")
}

func nameOptions(insecure bool) []name.Option {
	if insecure {
		return []name.Option{name.Insecure}
	}
	return nil
}

func remoteOptions(ctx context.Context, insecure bool) []remote.Option {
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)}
	if transport, ok := remote.DefaultTransport.(*http.Transport); ok && insecure {
		transport = transport.Clone()
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // #nosec G402 -- what the flag asks for
		options = append(options, remote.WithTransport(transport))
	}
	return options
}
