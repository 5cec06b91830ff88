package generate

// File is a file of the folder that is generated.
type File struct {
	// Path is relative to the folder, with slashes.
	Path string
	// Data is its content.
	Data []byte
}

// Files renders manifests, a file each. The source is the pipeline file's name, as the files are to give it.
func Files(all []*Manifest, source string) []File {
	files := make([]File, len(all))
	onAllProcessors(len(all), func(from, to int) {
		const usual = 1 << 11 // bytes of a Stage, with room to spare
		buffer := make([]byte, 0, usual*(to-from))
		for i := from; i < to; i++ {
			begin := len(buffer)
			buffer = all[i].YAML(buffer, source)
			files[i] = File{Path: all[i].Path, Data: buffer[begin:len(buffer):len(buffer)]}
		}
	})
	return files
}
