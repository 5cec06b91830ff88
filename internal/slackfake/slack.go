package slackfake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Slack is the fake. It serves HTTP under any prefix and is safe for concurrent use.
type Slack struct {
	config  Config
	closing chan struct{}   // closed by Close: hanging requests end
	calls   *http.Transport // of drivers that bring no client of their own

	mu       sync.Mutex
	url      string
	scopes   map[string]bool
	users    map[string]*User
	groups   []*UserGroup
	channels map[string]*channel
	names    map[string]string // channel name -> id
	closed   bool

	clock    timestamps
	ids      int                  // of blocks, triggers, hooks
	idleAt   map[string]time.Time // per channel, see admit
	hooks    map[string]*hook
	faults   faults
	log      eventLog
	counts   map[string]int
	refusals []Refusal
}

// New makes a Slack from a configuration.
func New(config Config) (*Slack, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Slack{
		config:   config,
		url:      config.URL,
		closing:  make(chan struct{}),
		calls:    &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute},
		scopes:   map[string]bool{},
		users:    map[string]*User{},
		channels: map[string]*channel{},
		names:    map[string]string{},
		idleAt:   map[string]time.Time{},
		hooks:    map[string]*hook{},
		counts:   map[string]int{},
		log:      newEventLog(),
	}
	for _, scope := range config.App.Scopes {
		s.scopes[scope] = true
	}
	app := User{ID: config.App.BotUserID, Name: config.App.Name, RealName: config.App.Name, IsBot: true}
	if err := s.AddUser(app); err != nil {
		return nil, err
	}
	for _, user := range config.Users {
		if err := s.AddUser(user); err != nil {
			return nil, err
		}
	}
	for _, group := range config.Groups {
		if err := s.AddGroup(group); err != nil {
			return nil, err
		}
	}
	for _, c := range config.Channels {
		if err := s.AddChannel(c); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Config returns the configuration with its defaults filled in, for what has to be told
// to the bot: token, signing secret, team.
func (s *Slack) Config() Config {
	config := s.config
	config.App.Scopes = slices.Clone(config.App.Scopes)
	return config
}

// SetURL says where the Slack is served, without a trailing slash.
func (s *Slack) SetURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = strings.TrimRight(url, "/")
}

// APIURL returns the base URL of the Web API with its trailing slash, to be configured in
// the bot.
func (s *Slack) APIURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url + "/api/"
}

// Close ends hanging requests and idle connections. Later requests are answered 503.
func (s *Slack) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.calls.CloseIdleConnections()
}

// ServeHTTP serves …/api/<method> and the response_urls, …/commands/<team>/<n>/<secret>
// and …/actions/<team>/<n>/<secret>, whatever stands in front.
func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.closing:
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	default:
	}
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	n := len(path)
	switch {
	case n >= 2 && path[n-2] == "api":
		s.serveMethod(w, r, path[n-1])
	case n >= 4 && (path[n-4] == hookCommands || path[n-4] == hookActions):
		s.serveHook(w, r, strings.Join(path[n-4:], "/"))
	default:
		http.NotFound(w, r)
	}
}

// nextID returns a number that no other caller gets. s.mu is held.
func (s *Slack) nextID() int {
	s.ids++
	return s.ids
}

// elementID names blocks and elements that came without an id, as Slack does.
func (s *Slack) elementID() string { return fmt.Sprintf("gen%d", s.nextID()) }
