package slackfake

import "time"

// admit takes one message of a channel, or says when to come back. It keeps one time a
// channel: when the channel would be idle again if messages came at the allowed pace
// (the generic cell rate algorithm). s.mu is held.
func (s *Slack) admit(channelID string) *apiError {
	interval := s.config.PerChannelInterval
	if interval == 0 {
		return nil
	}
	now := s.config.Now()
	idle := s.idleAt[channelID]
	if idle.Before(now) {
		idle = now
	}
	burst := interval * time.Duration(s.config.PerChannelBurst-1)
	if wait := idle.Sub(now) - burst; wait > 0 {
		e := refused("ratelimited", "channel %s", channelID)
		e.retryAfter = wait
		return e
	}
	s.idleAt[channelID] = idle.Add(interval)
	return nil
}
