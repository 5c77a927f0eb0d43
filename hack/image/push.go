package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func pushCommand(ctx context.Context, flags *flag.FlagSet, args []string, out output) error {
	archive := flags.String("archive", "", "archive to push")
	mirror := flags.String("to", "", "HOST:PORT of the registry that stands in for the public ones")
	production := flags.String("as", "", "name under which the image is asked for, NAME[:TAG]")
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
	if err := content.push(target, remoteOptions(ctx, *insecure)); err != nil {
		return fmt.Errorf("pushing to %s: %w", target, err)
	}
	descriptor, err := content.descriptor()
	if err != nil {
		return err
	}
	out.say("pushed %s (%s)", target, seconds(began))
	out.print("%s@%s", public.Repository.Name(), descriptor.Digest)
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
