package backend

import (
	"fmt"
	"net/netip"
	"strings"
)

// PlainNet is a network without host bits and, where it can be, without v4-in-v6: as eval holds addresses against it.
func PlainNet(n netip.Prefix) netip.Prefix {
	if a := n.Addr(); a.Is4In6() && n.Bits() >= 96 {
		n = netip.PrefixFrom(a.Unmap(), n.Bits()-96)
	}
	return n.Masked()
}

// NetEdges are the first and the last address of a network.
func NetEdges(n netip.Prefix) (first, last netip.Addr) {
	n = PlainNet(n)
	b := n.Addr().AsSlice()
	for i := range b {
		switch left := n.Bits() - 8*i; {
		case left <= 0:
			b[i] = 0xFF
		case left < 8:
			b[i] |= 0xFF >> left
		}
	}
	last, _ = netip.AddrFromSlice(b)
	return n.Addr(), last
}

// octet fits 0 to 255 without a leading zero, which no address has.
const octet = `(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])`

// V4Regex is an RE2 expression, without anchors, that fits the addresses of a network of IPv4 as text. Only groups,
// choices and classes of ASCII are in it, so that every engine with regular expressions takes it.
func V4Regex(n netip.Prefix) string {
	first, last := NetEdges(n)
	a, b := first.As4(), last.As4()
	var parts []string
	for i := range a {
		switch {
		case a[i] == b[i]:
			parts = append(parts, fmt.Sprint(a[i]))
		case a[i] == 0 && b[i] == 255:
			parts = append(parts, octet)
		default:
			var each []string
			for v := int(a[i]); v <= int(b[i]); v++ {
				each = append(each, fmt.Sprint(v))
			}
			parts = append(parts, "(?:"+strings.Join(each, "|")+")")
		}
	}
	return strings.Join(parts, `\.`)
}

// V6Globs are patterns of SQLite's GLOB, which are regular expressions' classes and a star, that the short lower-case
// spelling (RFC 5952) of the addresses of a network of IPv6 fits, and no address outside. ok is false where zeros
// at the network's head, which the short spelling leaves out, stand in the way.
func V6Globs(n netip.Prefix) (globs []string, ok bool) {
	n = PlainNet(n)
	if n.Bits() == 128 {
		return []string{n.Addr().String()}, true
	}
	if n.Bits() == 0 {
		return []string{"*:*"}, true
	}
	b := n.Addr().As16()
	var head strings.Builder
	left := n.Bits()
	for i := 0; left > 0; i += 2 {
		part := uint16(b[i])<<8 | uint16(b[i+1])
		if left >= 16 && part != 0 {
			fmt.Fprintf(&head, "%x:", part)
			left -= 16
			continue
		}
		if left >= 16 || part < 0x1000 {
			return nil, false
		}
		digits := fmt.Sprintf("%04x", part)
		for j := range 4 {
			switch {
			case left >= 4:
				head.WriteByte(digits[j])
			case left <= 0:
				head.WriteString("[0-9a-f]")
			default:
				low := strings.IndexByte(hexDigits, digits[j])
				head.WriteString("[" + hexDigits[low:low+1<<(4-left)] + "]")
			}
			left -= 4
		}
		head.WriteByte(':')
	}
	return []string{head.String() + "*"}, true
}

const hexDigits = "0123456789abcdef"
