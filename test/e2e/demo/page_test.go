package demo_test

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestACommandTypedOnThePageIsSeenToItsEnd: in the channel the card appears, changes as it goes, and is
// live; the board and the list of Shipments say the same.
func TestACommandTypedOnThePageIsSeenToItsEnd(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.do("open the page", chromedp.Navigate(startPage(t)), chromedp.WaitVisible("#slack-input"))
	b.screenshot("at-the-start")
	b.do("type a command", chromedp.SendKeys("#slack-input", "/promote red production"+kb.Enter))
	b.awaitText("#messages > li", "Promote red to production", "Running", "▸")
	b.screenshot("running")
	b.awaitNo("#messages > li", "Running")
	b.awaitText("#messages > li", "asked by octocat", "@octocat", "red 3.2.0 is live in production")
	b.awaitText("#grid tbody tr", "red", "3.2.0")
	b.awaitText("#shipment-rows tr", "red 3.1.0 → 3.2.0 to production", "Succeeded")
	b.screenshot("live")
}

func TestACommentWrittenOnThePageIsSeenToItsEnd(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.do("open the page", chromedp.Navigate(startPage(t)), chromedp.WaitVisible("#github-input"),
		chromedp.SendKeys("#github-input", "/promote blue prod"), chromedp.Click("#github-form button[type=submit]"))
	b.awaitText("#comments > li", "kargo-bot", "is live in production")
	b.screenshot("live")
}

// TestAPullRequestIsMergedOnThePage: the bot's comment says first what merging adds, and then where the change is.
func TestAPullRequestIsMergedOnThePage(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.do("open the page", chromedp.Navigate(startPage(t)), chromedp.WaitVisible("#github-input"))
	b.awaitText("#thread option", "#231")
	b.do("pick the pull request", chromedp.SetValue("#thread", "231"),
		chromedp.Evaluate[chromedp.Void](`document.querySelector("#thread").dispatchEvent(new Event("change"))`))
	b.awaitText("#comments > li", "kargo-bot", "What merging this adds", "3.3.2, 4 commits behind")
	b.screenshot("open")
	b.do("merge it", chromedp.Click("#merge"))
	b.awaitText("#issue-title", "Merged pull request")
	b.awaitText("#comments > li", "kargo-bot", "This change is in development, and not yet in production")
	b.awaitText("#thread option", "chore: release blue 3.4.0")
	b.screenshot("in-development")
}

// TestAReleaseIsFollowedOnThePage: from the button that releases to production, with what GitHub shows of it.
func TestAReleaseIsFollowedOnThePage(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.do("release a version", chromedp.Navigate(startPage(t)), chromedp.WaitVisible("#release"), chromedp.Click("#release"))
	b.awaitText("#messages > li", "red 3.2.1 released", "image awaited")
	b.awaitText("#messages > li", "red 3.2.1 is waiting for production", "Promote to production")
	b.screenshot("waiting")
	b.do("let blue fail, and promote it in Kargo's UI", chromedp.SetValue("#mishap-service", "blue"),
		chromedp.Click("#mishap-form button[type=submit]"))
	b.awaitText("#grid tbody tr", "blue", "next will fail")
	b.do("promote blue", chromedp.Click("#grid tbody tr:nth-child(2) button.waits"))
	b.awaitText("#messages .thread", "Promotion of blue to production failed at argocd-update", "authorized-stage")
	b.do("promote red", chromedp.Click("#messages .b-button.primary"), chromedp.Click(".confirm button[value=yes]"))
	b.awaitText("#messages > li", "red 3.2.1 is live in production", "tag red/3.2.1")
	b.do("look at the environments", chromedp.Click(".views button[data-view=environments]"))
	b.awaitText("#environments > li", "red-production", "success")
	b.awaitText("#environments > li", "red-staging", "success")
	b.screenshot("environments")
	b.do("look at the releases", chromedp.Click(".views button[data-view=releases]"))
	b.awaitText("#releases > li", "red 3.2.1", "is deployed to", "production", "live")
	b.screenshot("releases")
}

func TestWhoMayNotIsToldOnThePage(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.do("type a command as somebody else", chromedp.Navigate(startPage(t)), chromedp.WaitVisible("#slack-input"),
		chromedp.SetValue("#slack-form select[name=as]", "hubot"), chromedp.SendKeys("#slack-input", "/promote red production"+kb.Enter))
	b.awaitText("#messages > li", "You can't promote to production", "red-production")
	b.screenshot("refused")
}

// startPage starts `bot demo` with its page and returns the page's address.
func startPage(t *testing.T) string {
	t.Helper()
	path, err := harness.BotBinary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), path, "demo", "--listen", "127.0.0.1:0", "--step", "300ms", "--build", "2s")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Ctrl-C ends it, and well.
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Errorf("end the demo: %v", err)
		}
		_, _ = io.Copy(io.Discard, stdout)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with: %v", err)
		}
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "Open"); ok {
			return strings.TrimSpace(url)
		}
	}
	t.Fatalf("the demo does not say where its page is (%v)", lines.Err())
	return ""
}
