package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// nameOfPass is the command by which `run` has a pass done by another process.
const nameOfPass = "pass"

// maxRequest in bytes: a declaration of 5,000 Secrets, and the names of all of them, have less.
const maxRequest = 8 << 20

func newPass() *cobra.Command {
	var s source
	var c cluster
	cmd := &cobra.Command{
		Use:    nameOfPass + " -f FILE",
		Short:  "Do one pass: a request as JSON on standard input, a report as JSON on standard output",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := doPass(cmd, &s, &c)
			if err != nil {
				// Whoever has asked reads the report alone.
				report = credentials.Report{Problem: err.Error()}
			}
			if err := json.NewEncoder(cmd.OutOrStdout()).Encode(report); err != nil {
				return errors.New("the report could not be written")
			}
			return nil
		},
	}
	s.flags(cmd)
	c.flags(cmd)
	return cmd
}

func doPass(cmd *cobra.Command, s *source, c *cluster) (credentials.Report, error) {
	request, err := readRequest(cmd.InOrStdin())
	if err != nil {
		return credentials.Report{}, err
	}
	var d declared
	if len(request.Declaration) > 0 {
		d, err = s.parse(request.Declaration)
	} else {
		d, err = s.read()
	}
	if err != nil {
		return credentials.Report{}, err
	}
	kubernetes, err := c.client()
	if err != nil {
		return credentials.Report{}, err
	}
	return newPassOf(d, kubernetes).Run(cmd.Context(), d.File, request), nil
}

func readRequest(r io.Reader) (credentials.Request, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxRequest+1))
	if err != nil {
		return credentials.Request{}, errors.New("the request can't be read from standard input")
	}
	if len(data) > maxRequest {
		return credentials.Request{}, fmt.Errorf("the request has more than %d MiB", maxRequest>>20)
	}
	var request credentials.Request
	if err := json.Unmarshal(data, &request); err != nil {
		return credentials.Request{}, errors.New("the request on standard input is no JSON of a Request")
	}
	return request, nil
}
