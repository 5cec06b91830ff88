package github

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/davidaparicio/kargo-bot/internal/secret"
)

const (
	// maxBody is the most that GitHub sends, in bytes:
	// https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
	maxBody = 25 << 20
	// chunk is how much of a body is read at once.
	chunk = 32 << 10
	// keptBuffer is the largest buffer that is kept for the next delivery. A delivery about a comment
	// has 10 to 30 KB.
	keptBuffer = 256 << 10
	// largeBody is the size from which a body that must be held in memory needs one of largeBodies
	// permits. Nobody has to be known to send one, so that their number is the bound of the memory
	// that strangers can fill.
	largeBody   = 1 << 20
	largeBodies = 4
)

var errTooManyLarge = errors.New("too many large deliveries at once")

// receiver reads bodies and verifies them.
type receiver struct {
	pool  sync.Pool // of *reading
	large chan struct{}
}

// reading is what one delivery needs, and the next one can use again.
type reading struct {
	verifier *verifier
	buffer   []byte
}

func newReceiver(secrets []secret.Text) *receiver {
	return &receiver{
		pool: sync.Pool{New: func() any {
			return &reading{verifier: newVerifier(secrets), buffer: make([]byte, 0, chunk)}
		}},
		large: make(chan struct{}, largeBodies),
	}
}

// receive reads the body to its end, verifies it, and hands its beginning to use, which must not keep
// it: so many bytes as are wanted are held in memory. isSigned is false, and use not called, if the
// signature is not that of the body. The error is an *http.MaxBytesError, errTooManyLarge, or of the
// connection.
func (rc *receiver) receive(w http.ResponseWriter, r *http.Request, s signature, wanted int, use func(body []byte)) (isSigned bool, err error) {
	reading := rc.pool.Get().(*reading)
	defer func() {
		if cap(reading.buffer) > largeBody {
			<-rc.large
		}
		if cap(reading.buffer) > keptBuffer {
			reading.buffer = make([]byte, 0, chunk)
		}
		rc.pool.Put(reading)
	}()
	reading.verifier.reset()
	reading.buffer = reading.buffer[:0]
	if err := rc.read(http.MaxBytesReader(w, r.Body, maxBody), reading, wanted); err != nil {
		return false, err
	}
	if !reading.verifier.accepts(s) {
		return false, nil
	}
	use(reading.buffer)
	return true, nil
}

// read reads a body to its end. The buffer grows with what has come, not with what was announced.
func (rc *receiver) read(body io.Reader, reading *reading, wanted int) error {
	for {
		buffer := reading.buffer
		if len(buffer) == cap(buffer) {
			if cap(buffer) <= largeBody && 2*cap(buffer) > largeBody {
				select {
				case rc.large <- struct{}{}:
				default:
					return errTooManyLarge
				}
			}
			buffer = append(make([]byte, 0, 2*cap(buffer)), buffer...)
			reading.buffer = buffer
		}
		n, err := body.Read(buffer[len(buffer):cap(buffer)])
		reading.verifier.add(buffer[len(buffer) : len(buffer)+n])
		reading.buffer = buffer[:len(buffer)+max(0, min(n, wanted-len(buffer)))]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
