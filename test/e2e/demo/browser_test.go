package demo_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// envScreenshots is a folder to leave screenshots in, for people to look at.
const envScreenshots = "E2E_SCREENSHOTS"

// browser is a tab of a real browser.
type browser struct {
	t   *testing.T
	ctx context.Context // chromedp keeps the tab in it
}

// newBrowser starts Chromium with an empty profile.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing: `make prepare` installs it, or: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Headless,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 1000),
		// It talks to the page and to nobody else.
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	b := &browser{t: t, ctx: ctx}
	b.watchConsole()
	return b
}

// watchConsole fails the test if anything goes wrong in the page's own code.
func (b *browser) watchConsole() {
	ctx, cancel := context.WithCancel(b.ctx)
	messages := chromedp.Console(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for message, err := range messages {
			if err != nil {
				return
			}
			if message.IsException() || message.Type == "error" {
				b.t.Errorf("in the page: %s", message)
			}
		}
	}()
	b.t.Cleanup(func() { cancel(); <-done })
}

// do carries steps out.
func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.screenshot("at-the-failure")
		b.t.Fatalf("%s: %v", what, err)
	}
}

// awaitText returns when an element that the selector finds shows all of the words.
func (b *browser) awaitText(selector string, words ...string) {
	b.t.Helper()
	tests := []string{"true"}
	for _, word := range words {
		tests = append(tests, fmt.Sprintf("e.innerText.includes(%q)", word))
	}
	expression := fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => %s)", selector, strings.Join(tests, " && "))
	b.do(fmt.Sprintf("wait for %s to show %q", selector, words), chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(0)))
}

// awaitNo returns when no element that the selector finds shows the words.
func (b *browser) awaitNo(selector, words string) {
	b.t.Helper()
	expression := fmt.Sprintf("[...document.querySelectorAll(%q)].every(e => !e.innerText.includes(%q))", selector, words)
	b.do(fmt.Sprintf("wait for %s not to show %q any more", selector, words), chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(0)))
}

// screenshot leaves a picture of the page.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	dir := os.Getenv(envScreenshots)
	if dir == "" {
		dir = b.t.TempDir()
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
		return
	}
	file := filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "-")+"-"+name+".png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		b.t.Error(err)
	}
}
