package dev.weakref.internal.proxy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** The instructions of one method, and its exception handlers. */
final class MethodCode {

    private static final int WIDE = 0xc4;

    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final ByteArrayOutputStream handlers = new ByteArrayOutputStream();

    int size() {
        return bytes.size();
    }

    void write(int octet) {
        bytes.write(octet);
    }

    void op(int opcode) {
        bytes.write(opcode);
    }

    void op(int opcode, int operand) {
        bytes.write(opcode);
        bytes.write(operand >> 8);
        bytes.write(operand);
    }

    void local(int opcode, int slot) {
        if (slot > 255) {
            bytes.write(WIDE);
            op(opcode, slot);
        } else {
            bytes.write(opcode);
            bytes.write(slot);
        }
    }

    void handles(int begin, int end, int handler) throws IOException {
        DataOutputStream out = new DataOutputStream(handlers);
        out.writeShort(begin);
        out.writeShort(end);
        out.writeShort(handler);
        out.writeShort(0);
    }
}
