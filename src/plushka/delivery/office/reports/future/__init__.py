"""What buyers are expected to bring, who has probably left, and how far the forecast can be believed."""
