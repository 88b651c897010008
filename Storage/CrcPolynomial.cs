namespace S3Sync.Storage;

/// <summary>
/// Arithmetic of polynomials over GF(2) modulo the one a CRC divides by. All are bit-reversed, as reflected CRCs are:
/// the top bit of <paramref name="Width"/> bits is x^0, the lowest is the highest power.
/// </summary>
/// <param name="Modulus">The divisor without its highest power.</param>
/// <param name="Width">Bits: 32 or 64.</param>
readonly record struct CrcPolynomial(ulong Modulus, int Width)
{
    /// <summary>x^0.</summary>
    ulong One => 1UL << (Width - 1);

    /// <summary>The product, modulo the divisor.</summary>
    public ulong Multiply(ulong a, ulong b)
    {
        ulong product = 0;
        for (var power = One; power != 0; power >>= 1)
        {
            if ((a & power) != 0)
                product ^= b;
            b = TimesX(b);
        }
        return product;
    }

    /// <summary>What a checksum must be multiplied with so that <paramref name="bytes"/> more bytes fit behind it: x^(8 * bytes).</summary>
    public ulong Shift(long bytes)
    {
        // By squaring: 63 steps at most, whatever the length.
        var result = One;
        for (var square = Power(8); bytes != 0; bytes >>= 1, square = Multiply(square, square))
        {
            if ((bytes & 1) != 0)
                result = Multiply(result, square);
        }
        return result;
    }

    /// <summary>x^<paramref name="exponent"/>, with x^0 in bit 63 whatever the width: what a carry-less multiplication of 64 bits takes.</summary>
    public ulong PowerIn64(int exponent) => Power(exponent) << (64 - Width);

    ulong Power(int exponent)
    {
        var power = One;
        for (var i = 0; i < exponent; i++)
            power = TimesX(power);
        return power;
    }

    ulong TimesX(ulong a) => (a & 1) != 0 ? (a >> 1) ^ Modulus : a >> 1;
}
